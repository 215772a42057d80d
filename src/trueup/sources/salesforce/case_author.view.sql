-- Who stands behind a user id: a portal user is a customer, a process user is a machine, everybody else is one of us.
SELECT
    id,
    CASE
        WHEN contact_id IS NOT NULL THEN 'customer'
        WHEN user_type = 'AutomatedProcess' OR name = 'Automated Process' THEN 'system'
        ELSE 'us'
    END AS side,
    contact_id
FROM latest_user
