"""Where somebody is signed in: the own list, and ending one (SPEC I1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from .access_news import when
from .frame import Frame, frame_of

router = APIRouter(prefix="/meg")

BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari/", "Safari"),
)
"""What a User-Agent holds, and the browser's name; the first that fits, since most claim to be others too."""

MACHINES: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "Chromebook"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class SignInView:
    """One living sign-in, in words."""

    session_id: str
    device: str
    since: str
    used: str
    is_own: bool


@router.get("/innlogginger", summary="Where I am signed in")
async def sign_ins(request: Request) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    living = await frame.identity.own_sign_ins(visitor.token)
    return frame.staff_page(
        visitor,
        "staff/sign_ins.html",
        active="",
        sign_ins=[in_words(frame, each) for each in living],
    )


@router.post("/innlogginger/{session_id}/avslutt", summary="End another sign-in of mine")
async def end(request: Request, session_id: str) -> Response:
    frame = frame_of(request)
    visitor = await frame.staff()
    await frame.identity.end_own_sign_in(visitor.token, session_id)
    return RedirectResponse("/meg/innlogginger", status_code=303)


def in_words(frame: Frame, sign_in: Any) -> SignInView:
    """Say when a sign-in began and was used last."""
    return SignInView(
        sign_in.session_id,
        sign_in.device or frame.words("Ukjent nettleser"),
        when(frame, sign_in.started_at),
        when(frame, sign_in.used_at),
        sign_in.is_own,
    )


def device_of(user_agent: str) -> str:
    """Return browser and machine in two words; nothing else of the header is kept (SPEC P2)."""
    found = [
        next((name for sign, name in names if sign in user_agent), "")
        for names in (BROWSERS, MACHINES)
    ]
    return ", ".join(name for name in found if name)
