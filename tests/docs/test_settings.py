"""The page of the settings names every setting of every system, as the models that check them say."""

from pipelines.settings import system_models
from scripts.settings_page import PAGE, page


def test_the_page_is_what_the_models_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: python -m scripts.settings_page"


def test_every_setting_says_what_it_means() -> None:
    silent = [
        f"{system}.{name}"
        for system, model in system_models().items()
        for name, info in model.model_fields.items()
        if not info.description
    ]
    assert silent == []
