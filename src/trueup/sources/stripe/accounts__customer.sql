-- A mail address tells the company's domain unless it is one that anybody can have.
WITH addressed AS (
    SELECT
        *,
        lower(split_part(email, '@', 2)) AS mail_domain,
        CASE WHEN json_valid(metadata) THEN json_extract_string(metadata, '$.external_id') END AS own_id
    FROM customer
)

SELECT
    'stripe:' || c.id AS account_id,
    coalesce(c.name, c.description, c.email) AS name,
    CASE
        WHEN
            contains(c.mail_domain, '.')
            AND c.mail_domain NOT IN (
                'gmail.com', 'googlemail.com', 'outlook.com', 'hotmail.com', 'live.com', 'yahoo.com', 'icloud.com',
                'me.com', 'aol.com', 'gmx.de', 'gmx.net', 'gmx.at', 'gmx.ch', 'web.de', 't-online.de', 'freenet.de',
                'proton.me', 'protonmail.com', 'msn.com', 'yahoo.co.uk', 'orange.fr', 'free.fr', 'libero.it', 'qq.com', '163.com'
            )
            THEN c.mail_domain
    END AS domain,
    c.address_country AS country,
    upper(c.currency) AS currency,
    c.created AS created_at,
    coalesce(c.external_id, c.own_id) AS extra_external_id,
    coalesce(c.is_deleted, c._fivetran_deleted) AS is_deleted,
    c._load,
    c._row
FROM addressed AS c
