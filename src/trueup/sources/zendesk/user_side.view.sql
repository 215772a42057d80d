-- On which side a user stands: end users are the customer's, agents and admins ours, machines nobody's.
SELECT
    u.id,
    CASE
        WHEN m.user_id IS NOT NULL THEN 'system'
        WHEN lower(u.role) IN ('agent', 'admin') THEN 'us'
        WHEN lower(u.role) IN ('end-user', 'end_user', 'end user') THEN 'customer'
    END AS side,
    u.organization_id
FROM latest_user AS u
LEFT JOIN machine AS m ON u.id = m.user_id
