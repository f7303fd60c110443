"""What a question asks for, by its form: a fact, a list, a timeline, small talk. No model is asked.

The kind decides how deep the search goes and the shape of the answer. What is no question about the articles is told
by its vocabulary: every word belongs to greetings, or to talk about the assistant itself.
"""

from __future__ import annotations

import re

from assistant.text.lexical import fold
from assistant.types import QuestionKind

_COURTESY = re.compile(
    r"^\W*(?:(?:hi|hello|hey|hiya|good\s+(?:morning|afternoon|evening|day)|greetings|dear\s+\w+|thanks?(?:\s+(?:you|a\s+lot|so\s+much|very\s+much))?|"
    r"cheers|ok(?:ay)?|great|cool|nice|sorry|please|well|right|so|perfect|alright|yes|excuse\s+me)(?:\s+(?:there|byline|all|again|everyone|"
    r"for\s+(?:that|this)))?\s*[,.!:;–—-]+\s*)+(?:(?:and|but|now|then|so)\s+)?",
    re.I,
)
_REQUEST = re.compile(
    r"^\W*(?:(?:(?:can|could|would|will)\s+(?:you|u)|i(?:['’]d|\s+would)\s+like(?:\s+you)?\s+to|i\s+(?:want|need)(?:\s+you)?\s+to|do\s+you\s+know|"
    r"please|pls|help\s+me(?:\s+to)?|kindly|let\s+me)\s+)+(?=\w)",
    re.I,
)
_SMALL = frozenset(
    """hi hello hey hiya yo heya howdy greetings good morning afternoon evening night day welcome thanks thank thx ty cheers ta bye goodbye
    ciao later see sorry ok okay k great cool nice perfect awesome excellent brilliant wonderful lovely amazing super fine well done job
    work helpful useful appreciated appreciate much very really lot lots again there everyone all that this it was is are is you u your how
    hows going doing today things whats up sup i im am so a an the for to me my and been just too back now then have had weekend one
    pleasure got wow haha lol hmm yes no yeah yep nope please help helped helps thats test testing anybody anyone home friend mate
    not bad glad meet nice happy love it dont worry never mind nevermind care take soon tomorrow more at in with talk chat later""".split()
)
_SMALL_CORE = frozenset(
    """hi hello hey hiya yo heya howdy greetings morning afternoon evening night thanks thank thx ty cheers ta bye goodbye ciao sorry ok okay
    great cool nice perfect awesome excellent brilliant wonderful lovely amazing super welcome appreciated appreciate wow haha lol
    hmm sup test testing helpful pleasure nevermind mind doing going glad""".split()
)
_HOW_ARE_YOU = re.compile(r"\bhow(?:['’]?s|\s+are|\s+is)\s+(?:you|u|it|things|life|your)\b|\bwhat['’]?s\s+up\b", re.I)
_ABOUT = frozenset(
    """you your yours yourself u byline assistant bot chatbot app tool ai model llm program system this it here thing machine human robot
    person real chatgpt gpt what which who how where why when can could do does did is are were was will would should made make makes
    built build created create developed wrote trained work works working use used using know known knows answer answers answering question
    questions kind kinds sort type of from about the a an me i my help tell explain be able sources source articles article archive news
    library outlets outlet papers newspapers data documents files collection have has get gets come comes many much language languages speak speaks understand
    understands trust trusted accurate reliable sure right wrong cite cites citation citations quote quotes come up remember learn learns
    learning privacy private store stores stored save saves saved share updated update old new latest recent date internet web online
    search searches searching access to in on at with and or any all some good for so please feature features function functions limit
    limits ask start add upload name called purpose call behind between really actually exactly by not if there that go back far up""".split()
)
_ABOUT_SELF = re.compile(
    r"\b(?:you|your|yours|yourself|byline|assistant|bot|chatbot|chat\s*gpt|this\s+(?:app|tool|thing|program|system|site|chat))\b|"
    r"^\W*help\W*$|^\W*how\s+does\s+(?:this|it)\s+work\b",
    re.I,
)
_NEWS_OBJECT = re.compile(
    r"\b(?:timeline|chronology|summary|overview|list|comparison|table|facts?|quotes?|quotations?|paragraphs?|sentences?|lines?|bullets?|points?)\b",
    re.I,
)
_ORDER = re.compile(
    r"^\W*(?:now\s+|from\s+now\s+on,?\s+|just\s+|always\s+|never\s+|don['’]?t\s+|do\s+not\s+|stop\s+|start\s+|please\s+)*"
    r"(?P<verb>write|compose|draft|translate|ignore|forget|disregard|pretend|act|roleplay|role-play|repeat|print|reveal|be|become|respond|reply|"
    r"answer|speak|talk|code|generate|draw|sing|rap|rewrite|rephrase|reword|shorten|make|imagine|behave|output|say|sound|use|switch|"
    r"play|invent|calculate|compute|convert|send|email|book|order|set|remind|open|delete|add|spell|count|improve|proofread|correct|keep|"
    r"answering|speaking|talking|being|using|saying)\b",
    re.I,
)
_META = re.compile(
    r"\b(?:your|these|all|previous|prior|above|the)\s+(?:\w+\s+)?(?:rules?|instructions?|prompts?|guidelines?|restrictions?|limits|filters?)\b|"
    r"\b(?:system|hidden|initial)\s+prompt\b|\bdeveloper\s+mode\b|\bin\s+(?:fewer|less|simpler|other|shorter|plain)\s+words\b",
    re.I,
)

_AUXILIARY = (
    r"(?:is|are|was|were|did|does|do|has|have|had|will|would|can|could|should|must|may|might|am|isn['’]?t|aren['’]?t|wasn['’]?t|weren['’]?t|"
    r"didn['’]?t|doesn['’]?t|don['’]?t|hasn['’]?t|haven['’]?t|won['’]?t|wouldn['’]?t|couldn['’]?t)"
)
_KINDS: tuple[tuple[QuestionKind, re.Pattern[str]], ...] = (
    ("timeline", re.compile(
        r"\btime\s?lines?\b|\bchronolog\w*|\b(?:in|by)\s+(?:date|chronological|time)\s*(?:order)?\b|\bin\s+order\b|\bstep\s+by\s+step\b|\bkey\s+dates\b|"
        r"\bsequence\s+of\s+events\b|\bhow\s+did\b.*\b(?:unfold|develop|evolve|come\s+about)\b|\b(?:walk|take|talk)\s+me\s+through\b|"
        r"\bwhat\s+happened\s+when\b|\bday\s+by\s+day\b|\bcourse\s+of\s+events\b", re.I)),
    ("comparison", re.compile(
        r"\bcompar(?:e|ed|ing|ison)\b|\bversus\b|\bvs\b|^(?!\W*(?:is|are|was|were|did|does|who|what|when|where|why|how|which)\b)[\w\s.'’-]+\sv\.?\s+(?=\w)|\bdiffer(?:s|ed|ent|ently|ence|ences)?\b|\bcontrast\b|"
        r"\bboth\b.*\band\b.*\b(?:say|said|report|wrote|write|put)|\bbefore\b.*\band\s+(?:what\s+)?after\b", re.I)),
    ("summary", re.compile(
        r"\bsummar\w*|\btl;?\s?dr\b|\bsum\s+(?:it\s+|this\s+|that\s+)?up\b|\boverview\b|\brecap\b|\brundown\b|\bwhat['’]?s\s+the\s+story\b|\bgist\b|"
        r"\bin\s+(?:brief|short|a\s+nutshell|(?:\w+\s+(?:or\s+\w+\s+)?)(?:sentences?|lines?|words|paragraphs?))\b|\bcatch\s+me\s+up\b|\bbrief\s+me\b|"
        r"^\W*(?:what\s+happened\s+(?:in|at|on|during|with|to)|what['’]?s\s+(?:going\s+on|happening)|tell\s+me\s+(?:everything\s+)?about|explain)\b|"
        r"\beverything\s+(?:about|on)\b|\bmain\s+points\b|\bbackground\s+(?:on|to)\b", re.I)),
    ("latest", re.compile(
        r"\b(?:latest|newest|most\s+recent(?:ly)?|right\s+now|at\s+the\s+moment|these\s+days|as\s+of\s+now|up\s+to\s+date)\b|"
        r"\b(?:any|what)(?:['’]s|\s+is)?\s+(?:the\s+)?(?:news|updates?|new)\b|\bwhere\b.*\bstands?\b|\bstate\s+of\s+play\b|\bcurrent(?:ly)?\b|"
        rf"^{_AUXILIARY}\b.*\bstill\b|^\W*who\s+(?:runs|leads|heads|owns|coaches)\b.*\bnow\b|\bnow\W*$", re.I)),
    ("quotation", re.compile(
        r"\bwhat\s+(?:exactly\s+)?(?:did|does|do|has|have|had|was|were)\b.*\b(?:say|said|saying|tell|told|think|thought|call|called|comment|argue|claim|"
        r"promise|pledge|vow|warn|demand|describe|reply|respond|respon[sd]e?|make\s+of|reaction|react|announce|admit|deny|predict|write|written|wrote)\b|"
        r"\bin\s+(?:his|her|their|its|[\w’']+s)\s+(?:own\s+)?words\b|\b(?:his|her|their|exact)\s+words\b|\bquot(?:e|es|ed|ation|ations)\b|"
        r"^\W*(?:who|which\s+\w+|whose)\b.*\b(?:said|called|says|calls|described|quoted)\b|[“\"][^”\"]{6,}[”\"]|\bhow\s+did\b.*\b(?:react|respond|describe)\b|"
        r"\bstatement\s+(?:by|from|of)\b|\bcomments?\s+(?:by|from|of|on)\b|\b(?:reaction|response)s?\s+(?:of|from|to)\b|\bwhat\b.*\bhave\s+to\s+say\b", re.I)),
    ("number", re.compile(
        r"\bhow\s+(?:many|much|old|long|far|tall|high|big|large|often|fast|heavy|deep|wide)\b|\bhow\s+\w+\s+(?:pct|percent)\b|"
        r"\bwhat\s+(?:percentage|share|number|amount|price|cost|score|proportion)\b|"
        r"\b(?:price|cost|value|size|score|number|amount|total)\s+of\b.*\?*$", re.I)),
    ("why", re.compile(
        r"^\W*(?:and\s+|but\s+|so\s+)?why\b|\bhow\s+come\b|\bwhat\s+(?:caused|causes|led\s+to|made)\b|\breasons?\s+(?:for|why|behind)\b|\bfor\s+what\s+reason\b|"
        r"\bwhy\b(?=[^?]*\?*\W*$)", re.I)),
    ("list", re.compile(
        r"^\W*(?:list|name|names|enumerate)\b|\b(?:a|the)\s+list\s+of\b|\btop\s+(?:\d+|two|three|four|five|ten)\b|\ball\s+(?:of\s+)?the\s+\w+s\b|"
        r"^\W*(?:which|what)\s+(?:(?:[\w’'-]+\s+){0,4}?)(?!this\b|was\b|is\b|has\b|does\b)[a-z][\w-]*(?<!s)s\s+(?:are|were|have|had|do|did|will|would|can|could|on|in|at|"
        r"from|that|who|made|got|said|left|took|went|came|lost|won|came|announced|signed|face|want|need)\b|"
        r"^\W*(?:which|what)\s+of\b|^\W*(?:which|what|who)\s+(?:else\s+)?(?:\w+\s+)?(?:are|were)\s+the\s+(?:[\w’'-]+\s+){0,3}?(?-i:[a-z-]+s)\b|^\W*who\s+(?:are|were|all)\b|"
        r"^\W*(?:which|what)\s+(?:(?:two|three|four|five|six|seven|eight|nine|ten|\d+)\s+)", re.I)),
    ("definition", re.compile(
        r"^\W*(?:who|what)(?:['’]?s|\s+(?:is|was|are|were))\s+(?!the\s+(?:\w+\s+){0,3}(?:of|in|at|on|for|to)\b)(?!(?<=was\s)the\b)"
        r"(?![^?,]*(?:\w['’]s\s+\w|\b(?:for|of|on|from|with|by|to|at|in|like|about|worth|called|named)\W*$))(?:an?\s+|the\s+)?[\w’'.&-]+"
        r"(?:\s+[\w’'.&-]+){0,4}(?:,[^?]*)?(?:\s+and\s+what\s+does\s+\w+\s+do)?\W*$|"
        r"^\W*(?:define|definition\s+of|what\s+does\s+[\w\s]+\s+(?:mean|stand\s+for)|meaning\s+of)\b", re.I)),
    ("yes_no", re.compile(rf"^\W*(?:and\s+|but\s+|so\s+|or\s+)?{_AUXILIARY}\b", re.I)),
)  # fmt: skip
_QUESTION = re.compile(rf"\?|\b(?:who|whom|whose|what|which|when|where|why|how)\b|^\W*{_AUXILIARY}\b", re.I)
MOST_KEYWORDS = 5
"""Words of the longest input that is taken for keywords and not for a sentence."""


def without_courtesy(question: str) -> str:
    """The question without a greeting or "can you tell me" before it; unchanged when nothing would be left."""
    text = question.strip()
    for frame in (_COURTESY, _REQUEST):
        rest = frame.sub("", text, count=1).strip()
        if len(_tokens(rest)) >= 2:
            text = rest
    return text


def chat_kind(question: str) -> QuestionKind | None:
    """Small talk, a question about the assistant, or an instruction to it; None for everything else."""
    words = _tokens(question)
    if not words:
        return None
    if set(words) <= _SMALL and (set(words) & _SMALL_CORE or _HOW_ARE_YOU.search(question)):
        return "small_talk"
    bare = without_courtesy(question)
    if _ABOUT_SELF.search(question) and set(_tokens(bare)) <= _ABOUT | _SMALL:
        return "help"
    return "instruction" if _is_instruction(bare) else None


def _is_instruction(text: str) -> bool:
    """An order about how the assistant writes or behaves, or for a text that is no account of the news."""
    if _META.search(text) and not _QUESTION.match(text):
        return True
    return bool(_ORDER.search(text)) and not text.rstrip().endswith("?") and not _NEWS_OBJECT.search(text)


def question_kind(question: str) -> QuestionKind:
    """What is asked for; "fact" when no other form fits.

    Args:
        question: Standalone and without a greeting.
    """
    for kind, form in _KINDS:
        if form.search(question):
            return kind
    if not _QUESTION.search(question) and len(_tokens(question)) <= MOST_KEYWORDS:
        return "summary"
    return "fact"


def _tokens(text: str) -> list[str]:
    return [re.sub(r"'", "", word) for word in re.findall(r"[\w'&-]+", fold(text))]
