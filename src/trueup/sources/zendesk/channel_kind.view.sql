-- What each channel of Zendesk is to us.
SELECT channel, kind
FROM (
    VALUES
    ('chat', 'chat'), ('messaging', 'chat'), ('native_messaging', 'chat'), ('chat_transcript', 'chat'),
    ('whatsapp', 'chat'), ('sms', 'chat'), ('telegram', 'chat'), ('line', 'chat'), ('wechat', 'chat'),
    ('answer_bot_for_web_widget', 'chat'),
    ('voice', 'call'), ('voicemail', 'call'), ('phone', 'call'), ('voice_inbound', 'call'), ('voice_outbound', 'call'),
    ('facebook', 'social'), ('twitter', 'social'), ('x_corp', 'social'), ('instagram_dm', 'social'),
    ('linkedin', 'social'), ('any_channel', 'social'), ('facebook_post', 'social'), ('facebook_message', 'social'),
    ('twitter_dm', 'social'), ('twitter_favorite', 'social'), ('twitter_like', 'social')
) AS kinds (channel, kind)
