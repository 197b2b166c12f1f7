select inapp_id from inapp_notification where inapp_id = any($1::text[])
