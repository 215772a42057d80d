SELECT
    'zendesk:call:' || id AS interaction_id,
    'zendesk:' || agent_id AS person_id,
    'zendesk:' || customer_id AS contact_id,
    true AS attended,
    _fivetran_deleted AS is_deleted,
    _load,
    _row
FROM spoken_call
WHERE coalesce(agent_id, customer_id) IS NOT NULL
