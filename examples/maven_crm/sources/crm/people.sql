-- Agents, who have no id but their name, and the managers whose names their teams bear.
SELECT
  sales_agent AS person_id,
  sales_agent AS name,
  manager AS team,
  'sales' AS department,
  'agent' AS role,
  manager AS manager_id,
  regional_office
FROM sales_teams
UNION
SELECT
  manager AS person_id,
  manager AS name,
  manager AS team,
  'sales' AS department,
  'manager' AS role,
  NULL AS manager_id,
  regional_office
FROM sales_teams
