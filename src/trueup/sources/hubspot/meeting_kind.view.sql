-- What people choose as type of a meeting, and what it is to us.
SELECT word, kind
FROM (
    VALUES
    ('call', 'call'), ('phone call', 'call'), ('meeting', 'meeting'), ('visit', 'visit'), ('on-site visit', 'visit'),
    ('demo', 'demo'), ('demonstration', 'demo'), ('product demo', 'demo'), ('workshop', 'workshop'),
    ('training', 'workshop'), ('seminar', 'seminar'), ('webinar', 'seminar'), ('tradeshow', 'tradeshow'),
    ('trade show', 'tradeshow'), ('business review', 'business_review'), ('qbr', 'business_review'),
    ('quarterly business review', 'business_review'), ('partnership meeting', 'partnership_meeting'),
    ('exploratory meeting', 'partnership_meeting'), ('design the alliance', 'partnership_meeting'),
    ('social', 'social')
) AS kinds (word, kind)
