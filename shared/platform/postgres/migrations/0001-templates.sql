-- DAT-02. Categories belong to the product, not to a tenant, so this table alone has no tenant_id.
-- Decision 8: `critical` here is only the default for a template's own flag.
create table comms_category (
  category_id text primary key,
  key text not null unique,
  description text not null,
  critical boolean not null default false
);

insert into comms_category (category_id, key, description, critical) values
  ('security', 'security', 'Sign-in codes, verification of identity, warnings about the account', true),
  ('legal', 'legal', 'Contracts, signatures and notices that the law asks for', true),
  ('booking', 'booking', 'Requests, confirmations and changes of bookings', false),
  ('messages', 'messages', 'New messages between members', false),
  ('reviews', 'reviews', 'Reviews and reminders of them', false),
  ('promotions', 'promotions', 'Offers and weekly summaries', false),
  ('finance', 'finance', 'Receipts, payouts and refunds', false);

-- DAT-01, with
--   decision 8: critical on the template; decision 18: tracking on the template;
--   decision 9: inactive by default, and active only once published;
--   decision 10: content_hash, which an approval binds to;
--   decision 20: whatsapp, whose words stand in whatsapp_json; decision 21: tenant_id, also in the unique key.
create table comms_template (
  template_id text primary key,
  tenant_id text not null default 'default',
  name text not null,
  version int not null,
  channel text not null check (channel in ('email', 'push', 'sms', 'inapp', 'whatsapp')),
  locale text not null default 'en-US',
  category text not null,
  critical boolean not null default false,
  tracking boolean not null default false,
  subject_mjml text,
  body_mjml text,
  body_text text,
  push_json jsonb,
  sms_text text,
  inapp_json jsonb,
  whatsapp_json jsonb,
  variables_json jsonb not null,
  experiment_config jsonb default '{}',
  content_hash text,
  is_active boolean default false,
  created_by text not null,
  created_at timestamptz not null default now(),
  published_at timestamptz,
  unique (tenant_id, name, version, locale, channel),
  check (not is_active or published_at is not null)
);

-- Decision 10. An approval holds for the content with this hash only, so an edit voids it.
create table comms_template_approval (
  template_id text not null references comms_template (template_id),
  approver text not null,
  role text not null,
  decided_at timestamptz not null default now(),
  content_hash text not null,
  primary key (template_id, approver, content_hash)
);

create function comms_refuse_own_approval() returns trigger language plpgsql as $$
begin
  if new.approver = (select created_by from comms_template where template_id = new.template_id) then
    raise exception 'The author of template % may not approve it', new.template_id using errcode = 'check_violation';
  end if;
  return new;
end $$;

create trigger comms_template_approval_other_person
  before insert or update on comms_template_approval
  for each row execute function comms_refuse_own_approval();
