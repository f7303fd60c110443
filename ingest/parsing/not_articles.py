"""Tells pages that stand before an article from the article: bot checks, consent pages, log-ins, stubs, error pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ingest.parsing.html_words import WALL

SHORT = 1_800
"""Characters; a page with more running text is an article whatever it also says."""
STUB = 900
"""Characters; a story with more is not a stub even when the rest is for subscribers."""

_BOT_TITLE = re.compile(
    r"^\W*(?:just a moment|attention required|access denied|access to this page has been denied|checking your browser|one more step|"
    r"please wait|security check|verify(?:ing)? (?:that )?you are (?:a )?human|are you (?:a )?(?:robot|human)|robot check|human verification|"
    r"pardon our interruption|request (?:blocked|unsuccessful|rejected)|ddos[- ]guard|bot (?:check|detection|verification)|captcha|"
    r"403(?: forbidden| -)?|forbidden|einen moment|un instant|un momento)\b.{0,60}$",
    re.I,
)
_BOT = re.compile(
    r"checking (?:if the site connection is secure|your browser)|(?:verify|confirm|prove|make sure)(?:ing)? (?:that )?you(?:['’]re| are) (?:not a robot|(?:a )?human)|"
    r"enable javascript and cookies to continue|unusual (?:traffic|activity) from your|(?:complete|solve) the captcha|review the security of your connection|"
    r"something about your (?:browser|behaviou?r)|your request (?:has been|was) blocked|you have been blocked|automated (?:access|requests|tools)|ray id\b|"
    r"are you a robot|i['’]?m not a robot|incapsula incident|reference #?\d+\.[\da-f]+|press (?:&|and) hold|"
    r"kein roboter|ne sont pas un robot|n['’]êtes pas un robot|no (?:eres|soy) un robot",
    re.I,
)
_CONSENT = re.compile(
    r"\b(?:cookies?|consent|gdpr|vendors?|legitimate interests?|personali[sz]ed (?:ads|advertis\w+|content)|store and/?(?:or)? access|our (?:\d[\d,.]* )?partners|"
    r"privacy (?:policy|settings|choices|cent(?:er|re))|accept all|reject all|manage (?:options|preferences|choices|settings)|advertising purposes|"
    r"datenschutz\w*|einwilligung\w*|zustimm\w+|werbung|alle akzeptieren|partenaires|consentement|politique de confidentialité|tout accepter|publicités? personnalisées?|"
    r"consentimiento|socios|publicidad personalizada|aceptar todo|toestemming|akkoord|advertenties|samtykke|informasjonskapsler|annons\w+|samtycke)\b",
    re.I,
)
_CONSENT_TITLE = re.compile(
    r"^\W*(?:before you continue|we value your privacy|your privacy(?: choices| matters)?|privacy (?:settings|preferences|cent(?:er|re))|cookie (?:consent|settings|policy|preferences)|"
    r"consent|we care about your privacy|bevor sie fortfahren|datenschutz\w*)\b",
    re.I,
)
_ERROR_TITLE = re.compile(
    r"^\W*(?:(?:error )?(?:404|410|500|502|503)\b.{0,40}|(?:page|article|story) (?:not found|no longer (?:available|exists)|can(?:no|['’])t be found)|not found|oops\b.{0,40}|"
    r"service (?:temporarily )?unavailable|bad gateway|gateway time-?out|site (?:under )?maintenance|seite nicht gefunden|page (?:non trouvée|introuvable)|página no encontrada)\W*(?:[|–-].{0,40})?$",
    re.I,
)

_LOGIN = re.compile(
    r"^\W*(?:log[ -]?in|sign[ -]?in|log on|anmelden|anmeldung|einloggen|connexion|se connecter|iniciar sesión|entrar|accedi|inloggen|logg inn|logga in)\b.{0,40}$",
    re.I,
)
_PASSWORD = re.compile(
    r"\b(?:password|passwort|kennwort|mot de passe|contraseña|senha|wachtwoord|passord|lösenord|adgangskode)\b", re.I
)

BOT = "This is a bot check, not the article. Open the page in a browser and save it, then add the file."
CONSENT = "This is a consent page, not the article. Accept or reject it in a browser, save the article's page and add the file."
ERROR = "This is an error page, not an article."
LOGIN = "This is a log-in page, not the article. Log in with a browser, save the article's page and add the file."
PAYWALL = (
    "The page has only the beginning of the article; the rest is for subscribers. "
    "Save the page from a browser that is logged in and add the file."
)


def why_no_article(story: str, everything: str, title: str, data: Mapping[str, Any], *, shown: bool) -> str | None:
    """Say why a page is not an article.

    Args:
        story: Its running text, or the text of its structured data where the page has less.
        everything: All words that it shows.
        title: Its headline.
        data: Its structured data.
        shown: Whether the story is what the page shows, rather than its structured data.

    Returns:
        A sentence that says what it is instead and what to do, or None when it is an article.
    """
    if len(story) > SHORT:
        return None
    short = len(everything) <= 2 * SHORT
    heads = [title, *everything.split("\n")[:2]]
    if short and (any(map(_BOT_TITLE.match, heads)) and _BOT.search(everything) or len(_BOT.findall(everything)) > 1):
        return BOT
    if short and any(_ERROR_TITLE.match(head) for head in heads[:2]) and len(story) < 500:
        return ERROR
    if _consents(story, everything, title):
        return CONSENT
    if len(story) < 400 and _LOGIN.match(title) and _PASSWORD.search(everything):
        return LOGIN
    walls = len(WALL.findall(everything))
    priced = data.get("isAccessibleForFree") in (False, "False", "false")
    if shown and len(story) < STUB and walls and (priced or walls > 1 or len(story) < 160):
        return PAYWALL
    return None


def _consents(story: str, everything: str, title: str) -> bool:
    """Whether most of the sentences of a short page are about cookies, partners and consent."""
    lines = [line for line in (story or everything).split("\n") if len(line) > 40]
    about = [line for line in lines if _CONSENT.search(line)]
    named = {word.casefold() for word in _CONSENT.findall(story or everything)}
    if not lines or len(about) * 2 < len(lines):
        return False
    heads = [title, *everything.split("\n")[:3]]
    return len(named) >= 4 or (len(named) >= 2 and any(_CONSENT_TITLE.match(head) for head in heads))
