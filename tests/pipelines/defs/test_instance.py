import json

from pipelines.defs.instance import MARK, open_instance, prepare_instance
from pipelines.home import Home


def test_dagster_keeps_to_the_home_whatever_the_environment_says(home: Home, monkeypatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "/nowhere")
    with open_instance(home) as instance:
        assert instance.root_directory == str(home.dagster)
        assert not instance.telemetry_enabled


def test_a_file_that_a_person_took_over_is_left_alone(home: Home) -> None:
    prepare_instance(home)
    path = home.dagster / "dagster.yaml"
    assert path.read_text().startswith(MARK)
    path.write_text("telemetry: {enabled: false}\n")
    prepare_instance(home)
    assert path.read_text() == "telemetry: {enabled: false}\n"


def test_a_file_of_an_earlier_version_is_renewed(home: Home) -> None:
    prepare_instance(home)
    path = home.dagster / "dagster.yaml"
    path.write_text(MARK + json.dumps({"telemetry": {"enabled": True}}))
    prepare_instance(home)
    assert '"enabled": false' in path.read_text()
