"""Accounts and roles of people who sign in at the provider."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.events.identity.administration import commands as people
from services.events.identity.oidc import commands, store
from services.events.identity.oidc.domain import (
    AccountClosed,
    AddressNotVerified,
    ConflictingGroups,
    Identity,
    LinkedToAnother,
    MunicipalityNotGiven,
    NoRoleHere,
    PendingSignIn,
    ProgrammeNotGiven,
    SignInNotPending,
)
from services.events.identity.passkeys import store as passkeys
from services.events.identity.passkeys.domain import Passkey
from services.events.identity.people import store as people_store
from services.events.identity.people.domain import Person
from services.events.identity.sessions import commands as sessions
from services.events.settings import EventsSettings, GroupGrants
from tests.events.identity.browsing import count
from tests.events.identity.oidc.conftest import GROUPS

if TYPE_CHECKING:
    from services.events.identity.sessions.domain import Proof
    from services.events.settings import Groups
    from shared.db.database import Database
    from shared.http.auth import Principal

NOW = datetime.now(UTC)


def hanne(*groups: str, **facts: Any) -> Identity:
    """Hanne, as the provider describes her."""
    return replace(
        Identity("https://login.example", "f7a1", "hanne@struer.example", True, "Hanne Test", frozenset(groups)),
        **facts,
    )


async def sign_in(
    db: Database, taskforce_id: UUID, who: Identity, *, groups: Groups = GROUPS, now: datetime | None = None
) -> Principal:
    now = now or datetime.now(UTC)
    _, principal = await commands.sign_in(db, taskforce_id, groups, who, language="da", device="x", now=now)
    return principal


async def by(db: Database, taskforce_id: UUID, person_id: UUID, proof: Proof) -> Principal:
    """Return the principal of a session started in another way."""
    _, principal = await sessions.start(db, taskforce_id, person_id, proof=proof, device="x")
    return principal


async def known(db: Database, taskforce_id: UUID, person_id: UUID) -> Person:
    async with db.read(taskforce_id) as conn:
        return await people_store.load_person(conn, taskforce_id, person_id)


async def added(db: Database, taskforce_id: UUID, *roles: Any, **facts: Any) -> Person:
    """A person with Hanne's address, added by an administrator."""
    person = Person(uuid4(), "Hanne Holm", "Hanne@Struer.example", frozenset(roles), **facts)
    await people.add_person(db, taskforce_id, person)
    return person


async def test_a_group_that_grants_a_role_creates_an_account(db: Database, taskforce_id: UUID) -> None:
    who = await sign_in(db, taskforce_id, hanne("Jobcenter", "Kantinen"))
    assert (set(who.roles), who.municipality, who.withheld) == ({"caseworker"}, "0671", False)
    person = await known(db, taskforce_id, who.person)
    assert (person.name, person.email, set(person.provided)) == ("Hanne Test", "hanne@struer.example", {"caseworker"})
    again = await sign_in(db, taskforce_id, hanne("Jobcenter", email="another@struer.example"))
    assert again.person == who.person
    assert (await known(db, taskforce_id, who.person)).email == "hanne@struer.example"


async def test_without_a_granting_group_no_account_is_created(db: Database, taskforce_id: UUID) -> None:
    for groups in ((), ("Kantinen",)):
        with pytest.raises(NoRoleHere):
            await sign_in(db, taskforce_id, hanne(*groups))
    assert await count(db, taskforce_id, "people") == 0
    assert await count(db, taskforce_id, "provider_links") == 0


async def test_the_first_sign_in_links_by_address_and_later_ones_use_the_subject(
    db: Database, taskforce_id: UUID
) -> None:
    person = await added(db, taskforce_id, "auditor")
    who = await sign_in(db, taskforce_id, hanne())
    assert (who.person, set(who.roles)) == (person.id, {"auditor"})
    who = await sign_in(db, taskforce_id, hanne(email=None, email_verified=False))
    assert who.person == person.id


async def test_an_unverified_address_opens_and_creates_no_account(db: Database, taskforce_id: UUID) -> None:
    for who in (
        hanne("Jobcenter", email_verified=False),
        hanne("Jobcenter", email=None),
        hanne("Jobcenter", email="x"),
    ):
        with pytest.raises(AddressNotVerified):
            await sign_in(db, taskforce_id, who)
    person = await added(db, taskforce_id, "admin")
    # With an invisible character it is another mailbox at the provider.
    for identity in (hanne(email_verified=False), hanne("Jobcenter", email=f"\u200b{person.email}")):
        with pytest.raises(AddressNotVerified):
            await sign_in(db, taskforce_id, identity)
    assert await count(db, taskforce_id, "provider_links") == 0


async def test_a_reused_address_does_not_open_the_previous_persons_account(db: Database, taskforce_id: UUID) -> None:
    first = await sign_in(db, taskforce_id, hanne("Jobcenter"))
    with pytest.raises(LinkedToAnother):
        await sign_in(db, taskforce_id, hanne("Jobcenter", subject="another"))
    with pytest.raises(LinkedToAnother):
        await sign_in(db, taskforce_id, hanne("Jobcenter", issuer="https://another.example"))
    # As the page says: an administrator closes the account and opens it again.
    await people.deactivate_person(db, taskforce_id, first.person)
    await people.reactivate_person(db, taskforce_id, first.person)
    assert (await sign_in(db, taskforce_id, hanne("Jobcenter", subject="another"))).person == first.person


async def test_a_closed_account_stays_closed(db: Database, taskforce_id: UUID) -> None:
    who = await sign_in(db, taskforce_id, hanne("Jobcenter"))
    await people.deactivate_person(db, taskforce_id, who.person)
    for identity in (hanne("Jobcenter"), hanne("Jobcenter", email="another@struer.example")):
        with pytest.raises(AccountClosed):
            await sign_in(db, taskforce_id, identity)


async def test_a_closed_account_is_not_opened_by_its_address_either(db: Database, taskforce_id: UUID) -> None:
    person = await added(db, taskforce_id, "member")
    await people.deactivate_person(db, taskforce_id, person.id)
    with pytest.raises(AccountClosed):
        await sign_in(db, taskforce_id, hanne("Jobcenter"))
    assert await count(db, taskforce_id, "provider_links") == 0


async def test_a_role_removed_at_the_provider_is_removed_here(db: Database, taskforce_id: UUID) -> None:
    who = await sign_in(db, taskforce_id, hanne("Jobcenter", "Taskforce"))
    assert who.roles == {"caseworker", "coordinator"}
    who = await sign_in(db, taskforce_id, hanne("Taskforce"))
    assert who.roles == {"coordinator"}
    with pytest.raises(NoRoleHere):
        await sign_in(db, taskforce_id, hanne())
    assert (await known(db, taskforce_id, who.person)).roles == frozenset()
    assert (await sign_in(db, taskforce_id, hanne("Jobcenter"))).roles == {"caseworker"}


async def test_roles_given_by_an_administrator_stay(db: Database, taskforce_id: UUID) -> None:
    person = await added(db, taskforce_id, "member", "caseworker", municipality="0756")
    who = await sign_in(db, taskforce_id, hanne("Jobcenter", "Taskforce"))
    assert (set(who.roles), who.municipality) == ({"member", "caseworker", "coordinator"}, "0756")
    who = await sign_in(db, taskforce_id, hanne())
    assert who.roles == {"member", "caseworker"}
    assert (await known(db, taskforce_id, person.id)).provided == frozenset()


async def test_saving_a_person_does_not_make_the_providers_roles_an_administrators(
    db: Database, taskforce_id: UUID
) -> None:
    who = await sign_in(db, taskforce_id, hanne("Taskforce"))
    person = await known(db, taskforce_id, who.person)
    await people.change_person(db, taskforce_id, replace(person, roles=person.roles | {"member"}, provided=frozenset()))
    person = await known(db, taskforce_id, who.person)
    assert (set(person.roles), set(person.provided)) == ({"coordinator", "member"}, {"coordinator"})


async def test_a_changed_address_unlinks_the_account(db: Database, taskforce_id: UUID) -> None:
    who = await sign_in(db, taskforce_id, hanne("Taskforce"))
    person = await known(db, taskforce_id, who.person)
    await people.change_person(db, taskforce_id, replace(person, email="another@struer.example"))
    assert (await sign_in(db, taskforce_id, hanne("Taskforce"))).person != person.id


@pytest.mark.parametrize("proof", ["link", "passkey"])
async def test_granted_roles_are_open_only_in_sessions_of_the_provider(
    db: Database, taskforce_id: UUID, proof: Proof
) -> None:
    person = await added(db, taskforce_id, "member")
    assert (await sign_in(db, taskforce_id, hanne("Jobcenter", "Taskforce"))).roles == {
        *("member", "caseworker", "coordinator")
    }
    who = await by(db, taskforce_id, person.id, proof)
    assert (set(who.roles), who.withheld) == ({"member"}, True)


async def test_the_provider_opens_privileged_roles_and_a_link_does_not(db: Database, taskforce_id: UUID) -> None:
    person = await added(db, taskforce_id, "admin", "coordinator")
    who = await sign_in(db, taskforce_id, hanne())
    assert (set(who.roles), who.withheld) == ({"admin", "coordinator"}, False)
    who = await by(db, taskforce_id, person.id, "link")
    assert (set(who.roles), who.withheld) == ({"coordinator"}, True)


async def test_the_last_administrator_is_kept(db: Database, taskforce_id: UUID) -> None:
    who = await sign_in(db, taskforce_id, hanne("Administratorer"))
    who = await sign_in(db, taskforce_id, hanne())
    assert who.roles == {"admin"}
    person = Person(uuid4(), "Bent", "bent@struer.example", frozenset({"admin"}))
    await people.add_person(db, taskforce_id, person)
    with pytest.raises(NoRoleHere):
        await sign_in(db, taskforce_id, hanne())


async def test_a_granted_privileged_role_deletes_passkeys_added_without_a_code(
    db: Database, taskforce_id: UUID
) -> None:
    person = await added(db, taskforce_id, "member")
    await by(db, taskforce_id, person.id, "link")
    async with db.change(taskforce_id) as conn:
        passkey = Passkey(uuid4(), person.id, uuid4().bytes, b"key", 0, "x", backed_up=False, created_at=NOW)
        await passkeys.insert(conn, taskforce_id, passkey)
    await sign_in(db, taskforce_id, hanne("Taskforce"))
    assert await count(db, taskforce_id, "passkeys") == 1
    await sign_in(db, taskforce_id, hanne("Jobcenter"))
    assert await count(db, taskforce_id, "passkeys") == 0
    assert await count(db, taskforce_id, "sessions") == 1


@pytest.mark.parametrize(
    ("groups", "refusal"),
    [
        ({"Jobcenter": GroupGrants(roles=frozenset({"caseworker"}))}, MunicipalityNotGiven),
        ({"Jobcenter": GroupGrants(roles=frozenset({"facilitator"}))}, ProgrammeNotGiven),
        (
            {
                "Jobcenter": GroupGrants(roles=frozenset({"caseworker"}), municipality="0671"),
                "Taskforce": GroupGrants(roles=frozenset({"caseworker"}), municipality="0756"),
            },
            ConflictingGroups,
        ),
        (
            {
                "Jobcenter": GroupGrants(roles=frozenset({"facilitator"}), programme="job_network"),
                "Taskforce": GroupGrants(programme="training_track"),
            },
            ConflictingGroups,
        ),
    ],
)  # fmt: skip
async def test_conflicting_municipalities_or_programmes_are_refused(
    db: Database, taskforce_id: UUID, groups: Groups, refusal: type[Exception]
) -> None:
    person = await added(db, taskforce_id, "member")
    with pytest.raises(refusal):
        await sign_in(db, taskforce_id, hanne("Jobcenter", "Taskforce"), groups=groups)
    assert (await known(db, taskforce_id, person.id)).roles == {"member"}


async def test_role_and_municipality_may_come_from_two_groups(db: Database, taskforce_id: UUID) -> None:
    groups = {
        "Jobcenter": GroupGrants(roles=frozenset({"caseworker"})),
        "Ikast": GroupGrants(municipality="0756"),
        "Netværket": GroupGrants(roles=frozenset({"facilitator"}), programme="job_network"),
    }
    who = await sign_in(db, taskforce_id, hanne("Jobcenter", "Ikast", "Netværket"), groups=groups)
    person = await known(db, taskforce_id, who.person)
    assert (person.municipality, person.programme) == ("0756", "job_network")


@pytest.mark.parametrize("name", [None, "", "x" * 201, "Hanne\nTest", "Hanne 010190-1234"])
async def test_an_invalid_name_from_the_provider_is_ignored(db: Database, taskforce_id: UUID, name: str | None) -> None:
    who = await sign_in(db, taskforce_id, hanne("Taskforce", name=name))
    assert (await known(db, taskforce_id, who.person)).name == "hanne@struer.example"


async def test_the_subject_is_stored_as_a_hash(db: Database, taskforce_id: UUID) -> None:
    await sign_in(db, taskforce_id, hanne("Taskforce", subject="0101901234"))
    async with db.read(taskforce_id) as conn:
        row = await conn.fetchrow("select * from provider_links")
    assert row is not None
    assert "0101901234" not in str(dict(row))
    assert hanne(issuer="https://a", subject="bc").hash() != hanne(issuer="https://ab", subject="c").hash()


async def test_the_same_person_in_two_taskforces_has_two_accounts(
    db: Database, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    here = await sign_in(db, taskforce_id, hanne("Taskforce"))
    there = await sign_in(db, other_taskforce_id, hanne("Jobcenter"))
    assert here.person != there.person
    assert (here.taskforce, there.taskforce) == (taskforce_id, other_taskforce_id)


async def test_a_pending_sign_in_is_consumed_once_and_expires(db: Database, taskforce_id: UUID) -> None:
    pending, late = PendingSignIn.new(taskforce_id, ""), PendingSignIn.new(taskforce_id, "")
    async with db.system() as conn:
        for one in (pending, late):
            await store.insert_pending(conn, one.digest(), expires_at=NOW + timedelta(minutes=10), now=NOW)
    for other in (
        replace(pending, next="/x"),
        replace(pending, taskforce_id=uuid4()),
        replace(pending, secret=bytes(32)),
    ):
        with pytest.raises(SignInNotPending):
            await commands.consume(db, other, now=NOW)
    await commands.consume(db, pending, now=NOW)
    with pytest.raises(SignInNotPending):
        await commands.consume(db, pending, now=NOW)
    with pytest.raises(SignInNotPending):
        await commands.consume(db, late, now=NOW + timedelta(minutes=10))


WHOLE = {
    "oidc_issuer": "https://login.struer.example",
    "oidc_client_id": "tilsagn",
    "oidc_client_secret": "hush-hush",  # pragma: allowlist secret
    "oidc_name": "Struer Kommune",
    "oidc_groups": '{"struer": {"Jobcenter": {"roles": ["caseworker"], "municipality": "0671"}}}',
    "oidc_more_hosts": "login.example, keys.example:8443",
}


def settings(base_settings: dict[str, Any], signing_key: str, **oidc: Any) -> EventsSettings:
    return EventsSettings(**base_settings, database_url="postgresql://x/y", token_private_key=signing_key, **oidc)


def test_the_provider_is_set_up_by_settings(base_settings: dict[str, Any], signing_key: str) -> None:
    assert settings(base_settings, signing_key).provider is None
    assert settings(base_settings, signing_key, **dict.fromkeys(WHOLE, "")).provider is None
    whole = settings(base_settings, signing_key, **WHOLE)
    assert whole.provider is not None
    assert whole.provider.redirect_uri == "http://localhost:8080/sign-in/provider/callback"
    assert whole.provider.more_origins == {"https://login.example:443", "https://keys.example:8443"}
    assert whole.provider.groups["struer"]["Jobcenter"] == GROUPS["Jobcenter"]
    assert "hush-hush" not in repr(whole) + repr(whole.provider)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"oidc_issuer": ""}, "without oidc_issuer"),
        ({"oidc_client_secret": ""}, "oidc_issuer without oidc_client_secret"),
        ({"oidc_groups": "", "oidc_name": ""}, "oidc_issuer without oidc_name and oidc_groups"),
        ({"oidc_groups": "{}"}, "oidc_issuer without oidc_groups"),
        ({"oidc_issuer": "http://login.struer.example"}, "https addresses"),
        ({"oidc_issuer": "login.struer.example"}, "https addresses"),
        ({"oidc_issuer": "https://login.struer.example/?tenant=1"}, "no query"),
        ({"oidc_more_hosts": "a@b"}, "https addresses"),
        ({"oidc_groups": "struer"}, "not JSON"),
        ({"oidc_groups": '{"struer": {"Jobcenter": {"roles": ["boss"]}}}'}, "'member', 'coordinator'"),
        ({"oidc_groups": '{"struer": {"Jobcenter": {"role": "admin"}}}'}, "Extra inputs"),
        ({"oidc_groups": '{"struer": {"J": {"municipality": "Struer"}}}'}, "match pattern"),
        ({"oidc_groups": '{"struer": {"J": {"roles": ["caseworker"]}}}'}, "no group says of which municipality"),
        ({"oidc_groups": '{"struer": {"J": {"roles": ["facilitator"]}}}'}, "no group says of which programme"),
    ],
)
def test_settings_that_cannot_work_stop_the_start(
    base_settings: dict[str, Any], signing_key: str, change: dict[str, str], message: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(base_settings, signing_key, **(WHOLE | change))
    assert message in str(refused.value)
    assert "hush-hush" not in str(refused.value)
