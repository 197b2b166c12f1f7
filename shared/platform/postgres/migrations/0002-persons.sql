-- DAT-03. Decision 16: in-app is always on, so the API refuses such a row; the column's check keeps the spec's values.
-- Decision 20: whatsapp. Decision 21: tenant_id, also in the unique key.
create table comms_pref (
  pref_id text primary key,
  tenant_id text not null default 'default',
  user_id text not null,
  channel text not null check (channel in ('email', 'push', 'sms', 'inapp', 'whatsapp')),
  category_key text not null references comms_category (key),
  opted_in boolean not null default true,
  updated_at timestamptz not null default now(),
  unique (tenant_id, user_id, channel, category_key)
);

-- DAT-04. Decision 21: the person is named by tenant and user.
create table comms_quiet_hours (
  tenant_id text not null default 'default',
  user_id text not null,
  tz text not null,
  start_local time not null,
  end_local time not null,
  allow_categories text[] default '{}',
  primary key (tenant_id, user_id)
);

-- Decision 24. The data key of one person, wrapped by the master key; erasure empties it and keeps the date.
create table comms_user_key (
  tenant_id text not null,
  user_id text not null,
  wrapped_key bytea,
  created_at timestamptz not null default now(),
  destroyed_at timestamptz,
  primary key (tenant_id, user_id),
  check ((wrapped_key is null) = (destroyed_at is not null))
);

-- DAT-08. Decision 21: tenant_id.
create table inapp_notification (
  inapp_id text primary key,
  tenant_id text not null default 'default',
  user_id text not null,
  category_key text not null,
  title text not null,
  body text not null,
  deep_link text,
  unread boolean not null default true,
  created_at timestamptz not null default now(),
  pinned boolean not null default false,
  expires_at timestamptz
);

create index inapp_notification_person on inapp_notification (tenant_id, user_id, created_at desc);
