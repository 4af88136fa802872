"""Exports: CSV and XLSX files that a person drops in `inbox/<source>/`, read into the two raw tables of `schema.py`.

A file goes through these stages, one module each, and is refused at the first that finds something it cannot read for
certain (`problems.py`); nothing is guessed:

    bytes -> text_encoding -> csv_grid / xlsx_grid     cells with the row numbers a spreadsheet shows
          -> headers (aliases.toml, profile.toml)      which column is which, billing lines or vendor quantities
          -> rows, numbers, dates                      typed Arrow in the shape of schema.py, set-based in DuckDB
          -> folder                                    every file of a source, or none; originals kept by content hash
          -> source                                    the dlt source, as the API connectors have it

Does not belong here: which client or product a row is about (dbt, from confirmed rules), and anything with Dagster.
"""
