-- The event's owner and first contact take part; where EventRelation has them, it also knows whether they came.
WITH related AS MATERIALIZED (SELECT DISTINCT event_id, relation_id FROM event_relation)

SELECT
    e.id AS interaction_id,
    CASE
        WHEN owner.event_id IS NULL AND NOT coalesce(starts_with(e.owner_id, '00G'), false)
            THEN coalesce(e.owner_id, p.id, e.owner_name)
    END AS person_id,
    CASE
        WHEN guest.event_id IS NULL AND NOT coalesce(starts_with(e.who_id, '00Q'), false) THEN e.who_id
    END AS contact_id,
    true AS attended,
    coalesce(e.is_deleted, e._fivetran_deleted) AS is_deleted,
    e._load,
    e._row
FROM held_event AS e
LEFT JOIN person_by_name AS p ON e.owner_name = p.name
LEFT JOIN related AS owner
    ON e.id = owner.event_id AND e.owner_id = owner.relation_id
LEFT JOIN related AS guest
    ON e.id = guest.event_id AND e.who_id = guest.relation_id
WHERE
    (owner.event_id IS NULL AND coalesce(e.owner_id, e.owner_name) IS NOT NULL)
    OR (guest.event_id IS NULL AND e.who_id IS NOT NULL)
