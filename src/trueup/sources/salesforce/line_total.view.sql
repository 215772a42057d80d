-- What a deal's lines come to. The list price is known only if every line has one.
SELECT
    l.opportunity_id,
    CASE
        WHEN count(*) = count(l.list_price * l.quantity)
            THEN CAST(sum(CAST(l.list_price AS DECIMAL(38, 4)) * l.quantity) AS DECIMAL(38, 4))
    END AS list_amount,
    sum(l.total_price) AS net_amount,
    arg_max(coalesce(l.product_name, p.name, l.name), coalesce(l.total_price, 0)) AS product
FROM latest_opportunity_line_item AS l
LEFT JOIN latest_product2 AS p ON l.product2_id = p.id
WHERE NOT coalesce(l.is_deleted, l._fivetran_deleted, false)
GROUP BY ALL
