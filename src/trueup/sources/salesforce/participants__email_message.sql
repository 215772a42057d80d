-- Addresses of contacts and of our people, wherever a mail names them; a mail with relations is left to these.
WITH named AS (
    SELECT
        id,
        is_deleted,
        _fivetran_deleted,
        _load,
        _row,
        unnest(
            list_distinct(
                string_split(
                    replace(replace(lower(concat_ws(';', from_address, to_address, cc_address)), ',', ';'), ' ', ''),
                    ';'
                )
            )
        ) AS address
    FROM sent_email AS m
    ANTI JOIN (SELECT email_message_id FROM email_message_relation) AS r ON m.id = r.email_message_id
)

SELECT
    n.id AS interaction_id,
    w.person_id,
    w.contact_id,
    true AS attended,
    coalesce(n.is_deleted, n._fivetran_deleted) AS is_deleted,
    n._load,
    n._row
FROM named AS n
INNER JOIN address_book AS w
    ON w.address = CASE WHEN contains(n.address, '<') THEN regexp_extract(n.address, '<([^>]*)>', 1) ELSE n.address END
