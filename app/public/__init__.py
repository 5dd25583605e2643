"""Anyone's door: search with same-name safety, the list, one entry, and neutral words when it is gone."""

from __future__ import annotations

from app.public.blueprint import bp
from app.public.feed import show_feed
from app.public.home import show_home
from app.public.listing import show_list
from app.public.searching import show_search
from app.public.showing import show_entry
from app.public.texts import show_accessibility, show_guide, show_privacy
from app.public.verification import show_verified, show_verify, take_verify, take_verify_file

__all__ = [
    "bp",
    "show_accessibility",
    "show_entry",
    "show_feed",
    "show_guide",
    "show_home",
    "show_list",
    "show_privacy",
    "show_search",
    "show_verified",
    "show_verify",
    "take_verify",
    "take_verify_file",
]
