-- An invoice bills the term in which its first line begins; without lines, the one in which it was made.
WITH billed AS (
    SELECT invoice_id, min(subscription_id) AS subscription_id, min(period_start) AS period_start
    FROM (
        SELECT l.invoice_id, l.subscription_id, l.period_start FROM invoice_line_item AS l WHERE l.invoice_id IS NOT NULL
        UNION ALL
        SELECT i.id, l.subscription_id, l.period_start
        FROM invoice_line_item AS l
        INNER JOIN invoice AS i ON l._dlt_parent_id = i._dlt_id
    )
    GROUP BY invoice_id
)

SELECT
    'stripe:' || i.id AS invoice_id,
    'stripe:' || i.customer_id AS account_id,
    'stripe:' || t.subscription_id || ':' || t.term AS contract_id,
    CAST(coalesce(i.finalized_at, i.created, i.period_end) AS DATE) AS issued_on,
    CAST(i.due_date AS DATE) AS due_on,
    CAST(i.paid_at AS DATE) AS paid_on,
    coalesce(i.total, i.amount_due) AS amount,
    upper(i.currency) AS currency,
    i.number AS extra_number,
    coalesce(i.status = 'void', false) OR coalesce(i.is_deleted, i._fivetran_deleted, false) AS is_deleted,
    i._recorded_at AS recorded_at,
    i._load,
    i._row
FROM invoice AS i
LEFT JOIN billed AS b ON i.id = b.invoice_id
LEFT JOIN subscription_term AS t
    ON
        coalesce(i.subscription_id, b.subscription_id) = t.subscription_id
        AND CAST(coalesce(b.period_start, i.created, i.period_end) AS DATE) BETWEEN t.starts_on AND t.ends_on
WHERE i.status IS NULL OR i.status <> 'draft'
