"""How do clinics, programmes, patients and schedules come in and go out? The doors, in one place."""

from kapsched.exchange.booking_files import BookingsFile, read_bookings, read_bookings_file
from kapsched.exchange.clinic_files import bookings_file, bookings_table, read_clinic
from kapsched.exchange.done_files import read_done
from kapsched.exchange.file_checks import FileCheck, check_files
from kapsched.exchange.oddities import Oddity, odd_bookings
from kapsched.exchange.patient_files import done_table, read_courses
from kapsched.exchange.programme_files import (
    load_preset,
    preset_text,
    presets,
    read_programme,
    read_programmes,
)
from kapsched.exchange.schedule_documents import clinic_digest, from_document, to_document
from kapsched.exchange.table_forms import NamedTable, TableForm

__all__ = [
    "BookingsFile",
    "FileCheck",
    "NamedTable",
    "Oddity",
    "TableForm",
    "bookings_file",
    "bookings_table",
    "check_files",
    "clinic_digest",
    "done_table",
    "from_document",
    "load_preset",
    "odd_bookings",
    "preset_text",
    "presets",
    "read_bookings",
    "read_bookings_file",
    "read_clinic",
    "read_courses",
    "read_done",
    "read_programme",
    "read_programmes",
    "to_document",
]
