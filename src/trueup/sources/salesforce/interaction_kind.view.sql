-- What people choose as type of a task or event, and what it is to us.
SELECT word, kind
FROM (
    VALUES
    ('call', 'call'), ('phone', 'call'), ('phone call', 'call'), ('voicemail', 'call'), ('video call', 'call'),
    ('anruf', 'call'), ('telefonat', 'call'),
    ('email', 'email'), ('e-mail', 'email'), ('mail', 'email'), ('listemail', 'email'), ('list email', 'email'),
    ('chat', 'chat'), ('live chat', 'chat'), ('sms', 'chat'), ('whatsapp', 'chat'), ('message', 'chat'),
    ('meeting', 'meeting'), ('web meeting', 'meeting'), ('online meeting', 'meeting'), ('besprechung', 'meeting'),
    ('visit', 'visit'), ('site visit', 'visit'), ('on-site visit', 'visit'), ('onsite', 'visit'), ('besuch', 'visit'),
    ('demo', 'demo'), ('demonstration', 'demo'), ('product demo', 'demo'),
    ('workshop', 'workshop'), ('training', 'workshop'),
    ('seminar', 'seminar'), ('webinar', 'seminar'),
    ('tradeshow', 'tradeshow'), ('trade show', 'tradeshow'), ('trade fair', 'tradeshow'), ('messe', 'tradeshow'),
    ('conference', 'tradeshow'),
    ('business review', 'business_review'), ('qbr', 'business_review'), ('ebr', 'business_review'),
    ('quarterly business review', 'business_review'), ('executive business review', 'business_review'),
    ('partnership meeting', 'partnership_meeting'), ('exploratory meeting', 'partnership_meeting'),
    ('exploratory', 'partnership_meeting'), ('design the alliance', 'partnership_meeting'),
    ('alliance', 'partnership_meeting'),
    ('social', 'social'), ('social media', 'social'), ('linkedin', 'social'), ('linkedin message', 'social'),
    ('linkedin inmail', 'social'), ('twitter', 'social'), ('inmail', 'social')
) AS kinds (word, kind)
