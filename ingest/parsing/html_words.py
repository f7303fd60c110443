"""Words by which lines of a page show that they are not its story, in the languages that news is written in."""

from __future__ import annotations

import re

ASIDE_HEADING = re.compile(
    r"^\W*(?:related(?:\s+\w+){0,3}|(?:most|more)\s+(?:read|popular|viewed|shared|from|on|in|stories|news|like|about|to\s+read|videos)\b.{0,50}|more|"
    r"(?:read|see|watch|listen)\s+(?:also|more|next|on)\b.{0,40}|also\s+(?:read|in|on)\b.{0,40}|trending(?:\s+\w+){0,3}|recommended(?:\s+\w+){0,3}|"
    r"you\s+(?:may|might)\s+(?:also\s+)?(?:like|be\s+interested)\b.{0,30}|(?:don['’]t|do\s+not)\s+miss\b.{0,20}|editors?['’]?s?\s+(?:picks?|choice)|"
    r"(?:latest|top|other|popular)\s+(?:news|stories|headlines|articles|posts|videos)\b.{0,30}|what\s+to\s+read\s+next|up\s+next|keep\s+reading|from\s+the\s+archives?|"
    r"(?:\d+\s+)?(?:comments?|responses?|replies|reader\s+comments|readers['’]?\s+\w+)(?:\s*\(?\d*\)?)?|(?:leave|post|add|write)\s+a\s+(?:comment|reply)\b.{0,20}|"
    r"join\s+the\s+(?:conversation|discussion|debate)\b.{0,40}|what\s+do\s+you\s+think\??|have\s+your\s+say|(?:share|print|save)\s+(?:this|on|via)\b.{0,40}|share|"
    r"follow\s+(?:us|the)\b.{0,40}|tags?|(?:suggested\s+)?topics?|labels|filed\s+under|in\s+this\s+(?:article|story)|(?:about|on)\s+the\s+(?:author|writer|reporter)s?|about\s+me|"
    r"(?:sign\s+up|subscribe|newsletter)\b.{0,60}|(?:media|press)\s+(?:enquir\w+|contacts?|office)|contacts?|advertisements?|sponsored(?:\s+\w+){0,2}|partner\s+content|"
    r"around\s+the\s+web|elsewhere\s+on\b.{0,30}|promoted\s+(?:stories|links|content)|is\s+this\s+page\s+useful\??|"
    # German, French, Spanish, Portuguese, Italian, Dutch, Scandinavian
    r"(?:\d+\s+)?(?:kommentare?r?|commentaires?|comentarios|comentários|commenti|reacties)(?:\s*\(?\d*\)?)?|mehr\s+(?:zum\s+thema|aus|von|lesen)\b.{0,40}|themen|schlag(?:worte|wörter)|"
    r"das\s+könnte\s+sie\s+auch\s+interessieren|lesen\s+sie\s+(?:auch|mehr)\b.{0,40}|meistgelesen(?:e\s+\w+)?|(?:artikel\s+)?teilen|über\s+(?:den\s+autor|die\s+autorin)|anzeige|"
    r"(?:à\s+)?lire\s+aussi\b.{0,60}|sur\s+le\s+même\s+(?:sujet|thème)|(?:les\s+)?(?:articles\s+)?(?:les\s+)?plus\s+lus|à\s+la\s+une|dans\s+la\s+même\s+rubrique|partager|mots-?clés|"
    r"te\s+puede\s+interesar\b.{0,40}|lo\s+más\s+(?:visto|leído)|más\s+(?:información|noticias|sobre)\b.{0,40}|archivado\s+en|temas|noticias\s+relacionadas|lee\s+también\b.{0,60}|compartir|publicidad|"
    r"(?:veja|leia)\s+(?:também|mais)\b.{0,60}|mais\s+(?:lidas|notícias|sobre)\b.{0,40}|relacionadas|compartilhe\b.{0,30}|publicidade|assuntos|"
    r"leggi\s+anche\b.{0,60}|i\s+più\s+letti|condividi|argomenti|lees\s+ook\b.{0,60}|meest\s+gelezen|deel\s+dit\b.{0,30}|les\s+også\b.{0,60}|mest\s+lest|läs\s+(?:också|mer)\b.{0,60}|mest\s+läst|læs\s+også\b.{0,60})\W*$",
    re.I,
)
"""Headings of sections that are not the story."""

PROMO = re.compile(
    r"^\W*(?:(?:enjoy(?:ing|ed)|lik(?:e|ing|ed)|lov(?:e|ing|ed))\s+(?:this|what|our)\b[^.]{0,60}\?|"
    r"(?:get|receive|have)\s+(?:\w+\s+){0,6}(?:newsletters?|e-?mails?|inbox|whatsapp|app|alerts?|delivered)\b|"
    r"(?:a|our|the)\s+(?:\w+\s+){0,3}(?:newsletter|digest|e-?mail)\b[^.]{0,80}\.?$|(?:follow|join)\s+(?:us|our|publication)\b|follow$|learn\s+more$|"
    r"by\s+(?:signing\s+up|subscribing|continuing|clicking)\b|you\s+have\s+been\s+granted\s+access\b|thanks?\s+(?:you\s+)?for\s+(?:reading|subscribing)\b|"
    r"this\s+(?:report|story|article|work|coverage)\s+(?:was|is)\s+made\s+possible\s+by\b|make\s+a\s+gift\b|give\s+(?:today|now)\b|"
    r"(?:got|have)\s+(?:a|any)\s+(?:storm\s+)?(?:photos?|tips?|stor(?:y|ies)|news)\b[^.]{0,40}\?|are\s+you\s+affected\s+by\b|make\s+sense\s+of\b.{0,100}sign\s+up\b|"
    r"press\s+enter\s+or\s+click\s+to\s+view\b|purchase\s+licensing\s+rights|"
    r"(?:clique\s+aqui|siga\s+(?:o|a|nosso)|inscreva-se|veja\s+mais\s+notícias|recibe\s+las?\s+noticias|suscríbete|inscrivez-vous|abonnez-vous|recevez|je\s+m['’]inscris|"
    r"tipps\s+für\b.{0,60}per\s+e-?mail|jetzt\s+(?:abonnieren|anmelden|testen)|ich\s+habe\s+die\s+datenschutz\w*|si\s+está\s+interesado\s+en\s+licenciar|iscriviti|schrijf\s+je\s+in)\b)",
    re.I,
)
"""Lines that ask for something, where they are lines of a page."""

NOTICE = re.compile(
    r"^\W*(?:a\s+version\s+of\s+this\s+(?:article|story)\s+appears?\s+in\s+print|published\s+in\s+the\s+print\s+edition|when\s+we\s+learn\s+of\s+a\s+mistake|"
    r"if\s+you\s+(?:spot|see|find)\s+an\s+error|\w+\s+transcripts?\s+are\s+created\s+on\b|our\s+standards\s*:|the\s+authoritative\s+record\b|reference\s*:\s*\S{3,30}$|"
    r"[\w ]{0,20}comments\s+(?:have\s+been|are)\s+(?:switched|turned)\s+off\b|for\s+immediate\s+release$|(?:no|nr)\.\s*[\d/-]{4,}$|ends\W*$|[-–—#]+\s*(?:30|ends?)?\s*[-–—#]+$|###?$|"
    r"(?:interactive\s+)?(?:transcript|listen|download|embed|play|video|audio)$|\d+[\s-]*min(?:ute)?s?(?:\s+(?:read|listen|watch))?$|lesezeit\b.{0,30}|temps\s+de\s+lecture\b.{0,30}|<iframe\b.*)",
    re.I,
)
"""Lines about the page or the publication rather than of the story."""

BIO = re.compile(
    r"^(?:[A-ZÀ-Þ][\w.'’-]+\s+){1,4}(?:(?:is|are|was)\s+(?:an?|the|our)\b.{0,80}\b(?:writer|reporter|editor|correspondent|critic|columnist|author|journalist|contributor|fellow|photographer|producer)\b|"
    r"(?:covers|reports\s+(?:on|for|from)|writes\s+(?:about|on|for)|joined\s+(?:the|our)|lives\s+in|has\s+(?:covered|written|reported|been)\b).{0,160}$)"
)
"""Lines about an author, at the end of a page."""

CREDIT_END = re.compile(
    r"^\W*(?:(?:additional\s+)?(?:reporting|research|writing|editing|production)\b.{0,20}\b(?:by|contributed\s+by)\b.{2,160}|(?:written|edited|hosted|produced|translated|compiled)\s+(?:and\s+\w+\s+)?by\b[^.]{2,100}|"
    r"(?:[A-Z]\S+\s+){2,4}(?:produced|edited|adapted|contributed)\b.{2,160}|edited\s+by\s*:.{2,80})$"
)
"""Lines that name who made the piece."""

WALL = re.compile(
    r"subscri(?:be|bers?|ption)\b.{0,60}\b(?:continue|read|access|unlock|only|keep reading|full (?:article|story))|(?:continue|keep) reading\b.{0,60}\b(?:subscri|log ?in|sign|register|free)|"
    r"(?:this|the)(?: \w+)? (?:article|story|content) is (?:only )?(?:for|available to|reserved for|exclusive)|already (?:a|an) (?:subscriber|member)|"
    r"(?:you['’]?ve|you have) (?:read|reached|used)\b.{0,60}\b(?:free|limit|articles?)|to read the (?:rest|full|whole)|unlock this (?:article|story)|"
    r"(?:log|sign) in (?:or \w+ )?to (?:continue|read|view)|register (?:for free |now )?to (?:continue|read)|members[- ]only|become a (?:member|subscriber) to|"
    r"(?:nur|exklusiv) für abonnenten|weiterlesen mit|jetzt (?:abonnieren|testen|weiterlesen)|réservé (?:à nos|aux) abonnés|il vous reste .{0,20}% de cet article|"
    r"(?:solo|exclusivo) para suscriptores|suscríbete para|alleen voor abonnees|for abonnenter|läs vidare",
    re.I,
)
"""Words that keep readers without a subscription from the rest of an article."""
