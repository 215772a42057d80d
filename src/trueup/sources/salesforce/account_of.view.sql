-- The account behind whatever an activity or a mail can point to; ids say by their first three characters what they are.
SELECT id, account_id FROM latest_opportunity WHERE account_id IS NOT NULL
UNION ALL
SELECT c.id, coalesce(c.account_id, k.account_id)
FROM latest_case AS c
LEFT JOIN latest_contact AS k ON k.id = CASE WHEN c.account_id IS NULL THEN c.contact_id END
UNION ALL
SELECT id, account_id FROM latest_contact WHERE account_id IS NOT NULL
UNION ALL
SELECT id, account_id FROM latest_contract WHERE account_id IS NOT NULL
UNION ALL
SELECT id, converted_account_id FROM latest_lead WHERE converted_account_id IS NOT NULL
