-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- The text of a dead letter as it is searched for a person: readable where it is JSON or UTF-8, else with its bytes
-- escaped.
create function dead_letter_text(value bytea, headers jsonb, detail text)
returns text
language plpgsql
immutable
parallel safe
as $$
declare
  content text;
begin
  begin
    content := convert_from(value, 'UTF8');
  exception
    when others then
      content := encode(value, 'escape');
  end;
  begin
    -- This resolves `\u00e6`.
    content := content::jsonb::text;
  exception
    when others then
      null;
  end;
  -- A line break is `\n` in JSON, where it looks like a part of the word behind it.
  return lookup_key(regexp_replace(concat_ws(' ', content, headers::text, detail), '\\[nrtbf]', ' ', 'g'));
end;
$$;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
