-- A relation names its record, or at least the address; the same one may be in several roles in one mail.
WITH named AS (
    SELECT
        r.email_message_id,
        coalesce(CASE WHEN starts_with(r.relation_id, '005') THEN r.relation_id END, w.person_id) AS person_id,
        coalesce(CASE WHEN starts_with(r.relation_id, '003') THEN r.relation_id END, w.contact_id) AS contact_id,
        coalesce(r.is_deleted, r._fivetran_deleted, false) AS is_deleted,
        r._load,
        r._row
    FROM email_message_relation AS r
    LEFT JOIN address_book AS w ON w.address = CASE WHEN r.relation_id IS NULL THEN lower(r.relation_address) END
)

SELECT
    email_message_id AS interaction_id,
    person_id,
    contact_id,
    true AS attended,
    bool_and(is_deleted) AS is_deleted,
    min(_load) AS _load,
    arg_min(_row, (_load, _row)) AS _row
FROM named
WHERE person_id IS NOT NULL OR contact_id IS NOT NULL
GROUP BY email_message_id, person_id, contact_id
