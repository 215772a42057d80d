-- Deals that were merged into another, and the one that is left.
SELECT merged_deal_id AS merged_id, min(deal_id) AS survivor_id
FROM merged_deal
WHERE merged_deal_id IS DISTINCT FROM deal_id
GROUP BY ALL
