"""The company's own page (Én indgang): a signed link without an account, what it shows, and what a company can answer.

Each answer is a version of the pledge or hire it is about, made by the rules of those rooms; here is who may answer and
what the case worker sees of it. The link belongs to a company of the register and not to a person, so the page never
shows the name of a citizen. `events` registers companies for events: this room only publishes what they ask for.
"""
