-- What a deal's lines come to. The list price is known only if every line has one.
SELECT
    d.deal_id,
    CASE
        WHEN count(*) = count(l.price * l.quantity)
            THEN CAST(sum(CAST(l.price AS DECIMAL(38, 4)) * l.quantity) AS DECIMAL(38, 4))
    END AS list_amount,
    sum(l.amount) AS net_amount,
    arg_max(l.name, coalesce(l.amount, 0)) AS product
FROM (SELECT DISTINCT line_item_id, deal_id FROM line_item_deal) AS d
INNER JOIN latest_line_item AS l ON d.line_item_id = l.id
WHERE NOT coalesce(l.is_deleted, l.archived, l._fivetran_deleted, false)
GROUP BY d.deal_id
