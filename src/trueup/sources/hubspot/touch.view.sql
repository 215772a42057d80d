-- Every engagement that is an interaction with the customer, of whatever type, with our person and first contact.
SELECT id, hubspot_owner_id AS owner_id, trim(split_part(associatedcontactid, ';', 1)) AS contact_id, true AS attended
FROM engagement_call
WHERE hs_call_status IS NULL OR hs_call_status NOT IN ('CANCELED', 'FAILED', 'QUEUED')
UNION ALL
SELECT id, hubspot_owner_id, trim(split_part(associatedcontactid, ';', 1)), true
FROM engagement_email
WHERE hs_email_status IS NULL OR hs_email_status NOT IN ('FAILED', 'BOUNCED', 'SCHEDULED')
UNION ALL
SELECT
    id,
    hubspot_owner_id,
    trim(split_part(associatedcontactid, ';', 1)),
    coalesce(upper(hs_meeting_outcome) NOT IN ('NO_SHOW', 'NO SHOW'), true)
FROM engagement_meeting
WHERE hs_meeting_outcome IS NULL OR upper(hs_meeting_outcome) NOT IN ('CANCELED', 'CANCELLED', 'RESCHEDULED')
UNION ALL
SELECT id, hubspot_owner_id, trim(split_part(associatedcontactid, ';', 1)), true FROM engagement_communication
UNION ALL
SELECT id, owner_id, NULL, true FROM bare_engagement
