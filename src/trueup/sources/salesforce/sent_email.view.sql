-- Mails that were sent or received; drafts are neither.
SELECT *, coalesce(message_date, created_date) AS passed_at
FROM email_message
WHERE status IS NULL OR status NOT IN ('5', 'Draft')
