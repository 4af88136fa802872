"""The logger that writes a run's Dagster events to its log file instead of the terminal."""

import logging

import dagster as dg


def _file_logger(context: dg.InitLoggerContext) -> logging.Logger:
    # An object of its own, not one from the logging module's registry: runs side by side must not share it.
    logger = logging.Logger(f"tieout.run.{context.run_id}", level=logging.DEBUG)
    handler = logging.FileHandler(context.logger_config["path"], encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s dagster %(message)s"))
    logger.addHandler(handler)
    return logger


file_logger = dg.LoggerDefinition(
    _file_logger, config_schema={"path": str}, description="Writes a run's events to a file."
)
