-- The message's id is the notification's, so a second write changes nothing.
insert into inapp_notification (inapp_id, tenant_id, user_id, category_key, title, body, deep_link, created_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (inapp_id) do nothing
