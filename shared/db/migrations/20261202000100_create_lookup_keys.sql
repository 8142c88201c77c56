-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Rows that were stored before values had a canonical form are found by these keys.

-- An address or a name as it is compared: small letters, Unicode NFC, no invisible characters (the same as
-- `drop_invisible` in shared/fields/text.py).
create function lookup_key(value text)
returns text
language sql
immutable
parallel safe
return lower(
  normalize(
    regexp_replace(
      value,
      '[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164'
      '\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]+',
      '',
      'g'
    ),
    NFC
  )
);

-- The digits of a telephone number with its country code, which is Denmark's where it is typed without one. What
-- follows the number (an extension, a second number) is left out.
create function phone_key(value text)
returns text
language sql
immutable
parallel safe
return (
  select case
           when starts_with(number, '+') then digits
           when starts_with(digits, '00') then substr(digits, 3)
           when length(digits) = 8 then '45' || digits
           else digits
         end
    from (select substring(
                   translate(
                     lower(normalize(value, NFKC)),
                     '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९',
                     '012345678901234567890123456789'
                   )
                   from '[+0-9][^[:alpha:]#,;]*'
                 )
         ) as typed (number),
         regexp_replace(number, '[^0-9]', '', 'g') as digits
);

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
