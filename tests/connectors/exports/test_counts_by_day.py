from datetime import date

DAYS = "C1,P,{0},3\nC1,P,{1},4\n"


def test_a_count_per_day_keeps_its_days(inbox):
    inbox.drop(
        "portal/usage.csv", "Account,Product,Usage Date,Active Users\n" + DAYS.format("2026-06-01", "2026-06-02")
    )
    rows = inbox.rows("vendor_quantities")
    assert [(row["counted_on"], row["quantity"]) for row in rows] == [(date(2026, 6, 1), 3), (date(2026, 6, 2), 4)]


def test_days_that_the_header_does_not_name_are_refused_and_never_added_up(inbox):
    inbox.drop("portal/usage.csv", "Account,Product,Date,Active Users\n" + DAYS.format("2026-06-01", "2026-06-02"))
    message = inbox.read().reads()[0].message
    assert "usage.csv" in message
    assert "counts of several days would be added up" in message
    assert 'counted_on = "Date"' in message


def test_a_profile_names_the_day(inbox):
    inbox.drop("portal/usage.csv", "Account,Product,Date,Active Users\n" + DAYS.format("2026-06-01", "2026-06-02"))
    inbox.drop("portal/profile.toml", '[columns]\ncounted_on = "Date"\n')
    assert [row["counted_on"] for row in inbox.rows("vendor_quantities")] == [date(2026, 6, 1), date(2026, 6, 2)]


def test_a_date_that_is_the_same_for_all_or_belongs_to_a_record_is_no_matter(inbox):
    inbox.drop("one/seats.csv", "Account,Product,Date,Active Users\n" + DAYS.format("2026-06-01", "2026-06-01"))
    inbox.drop(
        "two/devices.csv",
        "Device Id,Account,Product,Date,Devices\nD1,C1,P,2024-01-01,1\nD2,C1,P,2025-01-01,1\n",
    )
    assert len(inbox.rows("vendor_quantities")) == 4


def test_files_may_share_days_and_no_other_rows(inbox):
    inbox.drop("portal/a.csv", "Account,Product,Usage Date,Active Users\n" + DAYS.format("2026-06-01", "2026-06-02"))
    inbox.drop("portal/b.csv", "Account,Product,Usage Date,Active Users\n" + DAYS.format("2026-06-02", "2026-06-03"))
    assert len(inbox.rows("vendor_quantities")) == 4
    inbox.drop("portal/b.csv", "Account,Product,Active Users\nC1,P,4\n")
    assert "would count twice" in inbox.read().reads()[0].message


def test_a_profile_says_that_a_file_names_every_account(inbox):
    inbox.drop(
        "portal/usage.csv", "Account,Product,Usage Date,Active Users\n" + DAYS.format("2026-06-01", "2026-06-02")
    )
    assert {row["names_every_account"] for row in inbox.rows("vendor_quantities")} == {False}
    inbox.drop("portal/profile.toml", "names_every_account = true\n")
    assert {row["names_every_account"] for row in inbox.rows("vendor_quantities")} == {True}


def test_a_part_of_a_whole_cannot_name_every_account(inbox):
    inbox.drop("portal/usage.csv", "Account,Product,Active Users\nC1,P,4\n")
    inbox.drop("portal/profile.toml", 'names_every_account = true\noverlap = "add"\n')
    assert "a part of a whole names its part alone" in inbox.read().reads()[0].message
