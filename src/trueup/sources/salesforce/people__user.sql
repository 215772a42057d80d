-- A user with a contact behind it is a customer's login, none of ours. The role in the hierarchy is the team.
SELECT
    u.id AS person_id,
    coalesce(u.name, nullif(trim(concat_ws(' ', u.first_name, u.last_name)), ''), u.username) AS name,
    lower(u.email) AS email,
    coalesce(u.team__c, r.name, u.user_role_name) AS team,
    coalesce(u.department, u.division) AS department,
    u.title AS role,
    u.manager_id,
    coalesce(u.is_deleted, u._fivetran_deleted) AS is_deleted,
    u._recorded_at AS recorded_at,
    u._load,
    u._row
FROM "user" AS u
LEFT JOIN latest_user_role AS r ON u.user_role_id = r.id
WHERE u.contact_id IS NULL
