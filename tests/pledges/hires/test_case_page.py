"""The page of a hire, from its confirmation to its end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.pledges.browsing import HTML, hidden, text_of
from tests.pledges.conftest import NOW, TODAY, Caller, hire_body, pledge_body

if TYPE_CHECKING:
    import httpx

ME: dict[str, Any] = {"subject": f"person:{uuid4()}"}


class Case:
    """The page of a hire in the browser of a case worker."""

    def __init__(self, caller: Caller, hire_id: str, **principal: Any) -> None:
        self.caller = caller
        self.path = f"/hires/{hire_id}"
        self.headers = caller.headers("caseworker", **(ME | principal)) | HTML
        self.page = ""

    async def open(self, path: str = "") -> str:
        self.page = (await self.caller.client.get(path or self.path, headers=self.headers)).text
        return text_of(self.page)

    async def send(self, change: str, **fields: str) -> httpx.Response:
        """Send a form of the page that was opened last. Two underscores in a name stand for a dot."""
        data = {"id": str(uuid4()), "version": hidden(self.page, "version")}
        data |= {name.replace("__", "."): value for name, value in fields.items()}
        return await self.caller.client.post(f"{self.path}/{change}", data=data, headers=self.headers)

    async def do(self, change: str, **fields: str) -> str:
        """Send a form of the page as it is now; return the text of the page that follows."""
        await self.open()
        answer = await self.send(change, **fields)
        assert answer.status_code == 303, text_of(answer.text)
        return await self.open(answer.headers["location"])


async def confirmed(caller: Caller, **changes: Any) -> Case:
    """Confirm a hire that began 100 days ago; return its page."""
    body = hire_body(start_date=(TODAY - timedelta(days=100)).isoformat(), company={"name": "Bageren"}) | changes
    answer = await caller.confirm(body, **ME)
    assert answer.status_code == 201, answer.text
    return Case(caller, body["id"])


def day(days: int) -> str:
    """Return the day so many days from today."""
    return (TODAY + timedelta(days=days)).isoformat()


async def test_a_hire_grows_ends_and_goes_on(caller: Caller) -> None:
    pledge = pledge_body(captured_at=(NOW - timedelta(days=1)).isoformat(), positions=1)
    await caller.log(pledge)
    case = await confirmed(caller, pledge_id=pledge["id"], start_date=TODAY.isoformat(), company=None)
    step = {"step__starts_on": day(30), "step__paid": "20", "step__praktik": "2,5", "step__job_type": "ordinaer"}

    longer = await case.do("step", **step)
    shorter = await case.do("remove-step", starts_on=day(30))
    ended = await case.do("end", end__on=day(14), end__reason="ordinary_job", end__position="reopen")
    vacant = text_of((await caller.client.get(f"/pledges/{pledge['id']}", headers=case.headers)).text)
    resumed = await case.do("resume")
    revoked = await case.do("revoke")

    assert "De nye timer er gemt" in longer
    assert "Fra 12,5 til 20 lønnede timer om ugen" in longer
    assert "Fjern det sidste trin" in longer
    assert "Fjern det sidste trin" not in shorter
    assert "Slutter snart" in ended
    assert "Et ordinært job" in ended
    assert "1 plads ledig" in vacant
    assert "Lad ansættelsen fortsætte" not in resumed
    assert "Ansættelsen tæller ikke med i noget tal, på nogen dag" in revoked
    history = revoked[revoked.index("Historik") :]
    for words in ("Bekræftelsen er fortrudt", "Ansættelsen fortsætter", "Ansættelsen blev afsluttet", "af dig"):
        assert words in history


async def test_checkpoints_calls_and_the_contact_person_are_kept_on_the_page(caller: Caller) -> None:
    case = await confirmed(caller)
    colleague = str(uuid4())

    asked = await case.open()
    answered = await case.do("checkpoint", months="3", answer="same_company")
    undone = await case.do("checkpoint", months="3")
    gone = await case.do("checkpoint", months="3", answer="no")
    logged = await case.do(
        "support",
        support__contacted_by="employer",
        support__contacted_on=day(0),
        support__agreed="Møder kl. 9 i en måned",
    )
    contact = {"support__id": hidden(case.page, "support.id"), "support__version": "1", "support__solved": "true"}
    solved = await case.do("solved", **contact)
    handed_over = await case.do(
        "contact-person", contact__name="Mette Havbro", contact__phone="96 11 22 33", contact__person_id=colleague
    )

    assert "Stadig i job efter 3 måneder?" in asked
    assert "Ja, i samme virksomhed" in answered[answered.index("Stadig i job?") :]
    assert "Stadig i job efter 3 måneder?" in undone
    # Until somebody ends the hire, the figures count the person as employed.
    assert "Er personen holdt op?" not in answered + undone
    assert "Er personen holdt op?" in gone
    assert "Møder kl. 9 i en måned" in logged
    assert "Ikke løst" in logged
    assert "Alligevel ikke løst" in solved
    assert "Mette Havbro" in handed_over
    assert f'class="person-{colleague}"' in case.page


async def test_a_wrong_field_is_shown_in_its_form(caller: Caller) -> None:
    case = await confirmed(caller)
    former = {"contact__name": "Mette", "contact__phone": "96112233"}
    await case.do("contact-person", **former, contact__person_id=str(uuid4()))
    await case.open()
    wrong: list[tuple[str, dict[str, str], str]] = [
        ("step", {"step__starts_on": day(1), "step__paid": "40"}, "Timer med løn: En uge har højst 37 arbejdstimer"),
        ("step", {"step__starts_on": day(1)}, "Timer med løn: Skriv de betalte timer om ugen"),
        ("step", {"step__starts_on": day(-200), "step__paid": "5"}, "Fra: Første dag er"),
        ("end", {"end__on": day(0)}, "Hvorfor?"),
        ("end", {"end__on": day(200), "end__reason": "health"}, "Første dag uden jobbet: Registrer"),
        ("contact-person", {"contact__name": "Mette"}, "Telefon: Skriv et nummer"),
        ("contact-person", former | {"contact__person_id": str(uuid4())}, "Navn: Det er den nuværende kontaktperson"),
        ("support", {"support__contacted_by": "employer"}, "Hvad blev aftalt?"),
        ("support", {"support__agreed": "Ring til 010170-1234"}, "Ligner et CPR-nummer"),
        ("checkpoint", {"months": "12", "answer": "no"}, "Det er for tidligt at svare"),
        ("resume", {}, "Ansættelsen er ikke afsluttet"),
    ]
    for change, fields, words in wrong:
        answer = await case.send(change, **fields)

        assert answer.status_code in {409, 422}, change
        assert words in text_of(answer.text), (change, text_of(answer.text)[:1500])


async def test_a_colleagues_change_is_shown_beside_what_was_typed(caller: Caller) -> None:
    case = await confirmed(caller)
    await case.open()
    theirs = Case(caller, case.path.rpartition("/")[2], subject=f"person:{uuid4()}")
    await theirs.do("step", step__starts_on=day(0), step__paid="20")

    step = await case.send("step", step__starts_on=day(5), step__paid="15")
    end = await case.send("end", end__on=day(5), end__reason="health", end__note="Rygproblemer")
    contact = await case.send("contact-person", contact__name="Mette", contact__phone="96112233")
    answer = await case.send("checkpoint", months="3", answer="no")

    for sent, now, mine in (
        (step, "20 t. løn", "15 t. løn"),
        (end, "Første dag uden jobbet –", "Helbred"),
        (contact, "Jonas Tangaa", "Mette, 96 11 22 33"),
        (answer, "Stadig i job efter 3 måneder? –", "Nej"),
    ):
        text = text_of(sent.text)
        versions = text[text.index("To udgaver") : text.index("Behold det, der er gemt")]
        assert sent.status_code == 412
        assert now in versions
        assert mine in versions
        assert "Timerne blev ændret" in versions
    assert 'value="15"' in step.text
    assert "Rygproblemer" in end.text
    case.page = step.text[step.text.index('action="' + case.path + '/step"') :]
    again = await case.send("step", step__starts_on=day(5), step__paid="15")
    assert again.status_code == 303


async def test_a_correction_keeps_the_later_steps(caller: Caller) -> None:
    first, second = day(-100), day(-30)
    steps = [
        {"from": first, "paid_weekly_hours": 0, "praktik_weekly_hours": 20, "job_type": "praktik"},
        {"from": second, "paid_weekly_hours": 12, "praktik_weekly_hours": 4, "job_type": "smaajob"},
    ]
    case = await confirmed(caller, steps=steps, weekly_hours=None)
    await case.open(f"{case.path}/correct")
    fields = {"start_date": day(-90), "paid": "", "praktik": "18", "job_type": "praktik", "company__name": "Bageren"}

    too_late = await case.send("correct", **fields | {"start_date": day(-20)})
    corrected = await case.send("correct", **fields, note="Begyndte senere")
    stale = await case.send("correct", **fields | {"praktik": "15"})
    page = await case.open()

    assert "Første dag: Skriv dem i rækkefølge" in text_of(too_late.text)
    assert corrected.status_code == 303
    assert stale.status_code == 412
    assert "Timer i praktik 18 15" in text_of(stale.text)
    first_day = date.fromisoformat(day(-90)).strftime("%d.%m.%Y")
    for words in (f"{first_day} 0 18 Praktik", "12 4 Småjob", "Begyndte senere"):
        assert words in page


async def test_a_wrong_end_is_corrected_on_the_page(caller: Caller) -> None:
    case = await confirmed(caller)
    running = await case.open(f"{case.path}/correct")
    await case.do("end", end__on=day(-10), end__reason="employer", end__position="reopen")
    ended = await case.open(f"{case.path}/correct")
    fields = {"start_date": day(-100), "paid": "12,5", "job_type": "smaajob", "company__name": "Bageren"}

    too_early = await case.send("correct", **fields, ended_on=day(-100), end_reason="employer")
    corrected = await case.send("correct", **fields, ended_on=day(-5), end_reason="ordinary_job")
    stale = await case.send("correct", **fields, ended_on=day(-7), end_reason="ordinary_job")
    page = await case.open()

    assert "Første dag uden jobbet" not in running
    assert "Første dag uden jobbet" in ended
    assert "Første dag uden jobbet: Den første dag uden jobbet kommer efter" in text_of(too_early.text)
    assert corrected.status_code == 303, text_of(corrected.text)
    before, after, mine = (date.fromisoformat(day(one)).strftime("%d.%m.%Y") for one in (-10, -5, -7))
    assert f"Første dag uden jobbet {after} {mine}" in text_of(stale.text)
    for words in ("Rettet: Et ordinært job", f"{before} → {after}", "→ Et ordinært job"):
        assert words in page


async def test_another_municipality_sees_the_hire_but_not_what_concerns_the_person(caller: Caller) -> None:
    body = hire_body(company={"name": "Bageren"})
    await caller.confirm(body, **ME, municipality="0671")
    own = Case(caller, body["id"], municipality="0671")
    await own.do("support", support__contacted_by="employee", support__agreed="Hemmeligt")
    other = Case(caller, body["id"], subject=f"person:{uuid4()}", municipality="0756")
    coordinator = caller.headers("coordinator") | HTML

    seen = await other.open()
    other.page = own.page
    refused = await other.send("step", step__starts_on=day(5), step__paid="15")
    planned = text_of((await caller.client.get(own.path, headers=coordinator)).text)

    assert "Ansættelsen hører til en anden kommune" in seen
    assert "Jonas Tangaa" in seen
    assert "Hemmeligt" not in seen + planned
    assert refused.status_code == 403
    assert "Hemmeligt" in await own.open()
