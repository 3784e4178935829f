"""How do clinics, programmes, patients and schedules come in and go out? The doors, in one place."""

from kapsched.exchange.booking_files import BookingsFile, read_bookings, read_bookings_file
from kapsched.exchange.clinic_files import bookings_file, read_clinic
from kapsched.exchange.file_checks import FileCheck, check_files
from kapsched.exchange.patient_files import read_courses
from kapsched.exchange.programme_files import (
    load_preset,
    preset_text,
    presets,
    read_programme,
    read_programmes,
)
from kapsched.exchange.schedule_documents import clinic_digest, from_document, to_document

__all__ = [
    "BookingsFile",
    "FileCheck",
    "bookings_file",
    "check_files",
    "clinic_digest",
    "from_document",
    "load_preset",
    "preset_text",
    "presets",
    "read_bookings",
    "read_bookings_file",
    "read_clinic",
    "read_courses",
    "read_programme",
    "read_programmes",
    "to_document",
]
