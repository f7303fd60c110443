"""Finds sentences that no article addresses to people: forged roles and frames, hidden characters, encoded payloads.

Only what has the form of an attack is decided here. Whether an ordinary sentence speaks to the program that answers is
decided by `assistant.reading.addressed`, of which the rules of wording below are features.
"""

from __future__ import annotations

import re
import unicodedata

_QUOTED = re.compile(r"[“\"«„][^“”\"«»„]*[”\"»]")

OVERRIDES = re.compile(
    r"\b(?:ignor\w*|disregard\w*|forget|overrid\w+|bypass)\b.{0,40}\b(?:instruction|prompt|guideline|context|passage|safety rule|"
    r"all rules|everything (?:above|before)|the above|instruccion|instrucao|instrucoes|consigne|istruzion|anweisung)\w*|"
    r"\b(?:ignora|ignorez|ignoriere|ignoriert|ignorieren sie|vergiss|oubliez|olvida|dimentica|esqueca|negeer|zignoruj)\b|"
    r"\b(?:new|updated|real|system|hidden|secret|following|important) (?:instruction|prompt|directive|task)s?\b\W*:|"
    r"игнорируй|проигнорируй|забудь|忽略|無視|무시하|تجاهل|התעלם",
    re.I,
)
"""Whoever speaks of earlier instructions or of the prompt, in the languages seen most."""
_MACHINE = (
    r"(?:assistants?|chat ?bots?|language models?|llms?|ai|a\.i\.|gpt|automated readers?|machine readers?|summari[sz]ers?|crawlers?|"
    r"bots?|answering systems?)"
)
ADDRESSED = re.compile(
    rf"^\W*(?:note|notice|message|attention|instructions?|dear|hello|hey|to|for)\b.{{0,20}}\b{_MACHINE}\b.{{0,30}}[:,]|"
    rf"\byou are (?:now )?(?:an? |the |in )?(?:\w+ ){{0,3}}(?:{_MACHINE}|developer mode|dan)\b|"
    rf"\b(?:as|if you are) an? (?:\w+ )?{_MACHINE}\b.{{0,20}}\byou\b|\b{_MACHINE} (?:must|should|will|shall) (?:now )?(?:say|answer|reply|respond|"
    r"write|print|output|include|cite|state|add|repeat)\b",
    re.I,
)
THE_ANSWER = re.compile(
    r"\byou (?:must|should|will|shall|have to|need to|are to) (?:now |only |always )?(?:say|print|output|write|answer|reply|respond|repeat)\b|"
    r"\bwhen(?:ever)? you (?:answer|reply|respond|write|summari[sz]e)\b|\byour (?:final |whole |next )?(?:answer|reply|response|output|summary)\b|"
    r"\b(?:say|write|print|output|respond|reply|answer|repeat|include|add|append|insert|mention|display|reveal|send|cite|state|end|begin|"
    r"start|translate|replace|remove|use|convert|finish|embed|render|link|tell)\b.{0,80}\b(?:your|the|this|every|each|any|user.?s?) (?:\w+ ){0,2}"
    r"(?:answers?|repl(?:y|ies)|responses?|output|summary|users?|prompt|(?:user|reader).?s? question)\b|"
    r"\b(?:in|to|into|of|at) (?:your|the (?:final|whole)) (?:\w+ )?(?:answers?|repl(?:y|ies)|responses?|output|summary)\b|"
    r"^\W*(?:please |now |then |always |also |just |only )*(?:say|write|print|output|respond|reply|answer|repeat|display|reveal|cite|state)\b"
    r"(?: only| exactly| with| that|:| the (?:word|phrase|code|following)| \W)",
    re.I,
)
_ROLES = re.compile(
    r"<\|[^|>]{1,40}\|>|\[/?(?:INST|SYS|SYSTEM|ASSISTANT|USER|TOOL)\]|<</?SYS>>|^\W*#{0,4} ?(?:system|assistant|tool|function|user) ?"
    r"(?:message|prompt|note|result|output|call|override)?\s*[:>\]]|"
    r"</?(?:system|assistant|user|tool|passages?|context|documents?|instructions?|function_call|tool_(?:call|result)s?)\b[^>]*>|"
    r"\b(?:end|begin|start|close) of (?:the )?(?:context|passages?|documents?|article|data|input|prompt|sources?)\b|"
    r"^\W*final (?:question|answer)\s*:|\"?(?:role|tool_calls?)\"?\s*:\s*\"|-{3,}\s*(?:end|begin)\b|###\s*(?:instruction|response|system)",
    re.I,
)
_PAYLOAD = re.compile(
    r"(?<![\w/.])(?=[A-Za-z0-9+/_-]*\d)(?=[A-Za-z0-9+/_-]*[a-z])(?=[A-Za-z0-9+/_-]*[A-Z])[A-Za-z0-9+/_-]{24,}={0,2}"
)
_ENCODED = re.compile(r"\b(?:base ?64|rot ?13|decode (?:this|the following|and)|hex.?decode)\b", re.I)
_MARKUP = re.compile(
    r"!?\[[^\]]*\]\([^)]*\)|<(?:a|img|script|iframe|svg|style|meta|object|embed|form|link)\b|javascript:|data:\w+/",
    re.I,
)
_TASK = re.compile(
    r"^\W*(?:(?:please|now|then|next|also|finally|instead|first|kindly|always|never|only|do not|don.t|make sure|be sure|remember)\b\W*)*(?:to )?"
    r"(?:explain|describe|provide|write|compose|draft|translate|replace|modify|enhance|augment|include|add|insert|incorporate|integrate|"
    r"encourage|jumble|render|convert|develop|summari[sz]e|give|show|create|introduce|remove|rearrange|scramble|alter|adjust|embed|"
    r"mention|suggest|recommend|invite|advise|urge|direct|place|start|begin|finish|conclude|append|perform|compute|calculate|print|"
    r"state|say|reply|respond|answer|output|repeat|reveal|cite|list|offer|promote|advertise|break down|highlight|express|persuade|tell|"
    r"substitute|swap|spell|shuffle|misspell|group|distribute|share|send|forward|call|treat|assume|pretend|act|behave|consider|infuse)\b",
    re.I,
)


def plain_text(text: str) -> str:
    """The text without invisible and direction-turning characters, look-alike forms made plain."""
    visible = "".join(ch for ch in text if unicodedata.category(ch) not in ("Cf", "Co", "Cs", "Cn"))
    visible = "".join(" " if unicodedata.category(ch) == "Cc" and ch not in "\n\t" else ch for ch in visible)
    return unicodedata.normalize("NFKC", visible)


def is_forged(sentence: str) -> bool:
    """Whether a sentence has the form of an attack: a role, a frame, hidden characters, a payload or markup."""
    text = plain_text(sentence)
    if _hides(sentence) or _PAYLOAD.search(text) or _MARKUP.search(text):
        return True
    reported = unquoted(text)
    return bool(_ROLES.search(reported) or _ENCODED.search(reported))


def unquoted(text: str) -> str:
    """A sentence without what it quotes; all of it where little is left: a report of an order is no order."""
    outside = _QUOTED.sub(" ", text)
    return outside if len(re.findall(r"[^\W\d_]{3,}", outside)) >= 4 else text


def sets_a_task(sentence: str) -> bool:
    """Whether it tells whoever reads it to write, say or change something."""
    return bool(_TASK.search(_QUOTED.sub(" ", plain_text(sentence)).strip()))


def asks(sentence: str) -> bool:
    """Whether it is a question: it states nothing, so nothing that a model writes can rest on it."""
    return _QUOTED.sub(" ", plain_text(sentence)).strip().endswith(("?", "？", "؟"))


def opens_a_frame(sentence: str) -> bool:
    """Whether it pretends to end the passage or to be another speaker; what follows it is not the article's."""
    return bool(_ROLES.search(plain_text(sentence)))


def _hides(sentence: str) -> bool:
    """Characters that nobody sees inside words, or that turn the direction of the text."""
    if re.search("[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]", sentence):
        return True
    return len(re.findall("(?<=\\w)[\u200b-\u200f\u2060-\u2064\ufeff]+(?=\\w)", sentence)) >= 3
