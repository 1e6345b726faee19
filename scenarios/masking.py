"""Personal data in what citizens write: found and covered before anything is stored.

Numbers are found by their form, names in three ways: those that stand in the row's own name columns, those
that a word announces (联系人、我叫、市民… or a title behind), and those that the word segmentation takes for a
person. What is in doubt is covered: a word too few costs the analysis little, a name too many costs a person.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from scenarios.segmenting import tagged


def _parts(alternatives: str) -> tuple[str, ...]:
    return tuple(alternatives.split("|"))


PHONE, DOCUMENT, ACCOUNT, PLATE, ROOM = "〔电话〕", "〔证件号〕", "〔账号〕", "〔车牌〕", "〔门牌〕"

# The commonest surnames, without those that are mostly something else in running text (和、于是、向、从 …).
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
    "钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易武乔贺赖龚文庞樊兰殷施陶洪翟颜倪"
    "严牛温季俞章鲁葛伍申尤毕聂柴焦柳邢岳齐梅莫庄辛管祝涂谷祁舒耿牟卜詹凌费纪欧甄项成游阮裴席卫查屈鲍覃霍翁隋甘"
    "景薄包司柏宁柯阚桂闵解强丛佟符尚冷娄储鞠车褚蒲仇娅麻苗骆楼应郎缪臧虞诸竺芮羊靳邬宣郁卓蔺池阴胥仲伊宓"
)
_COMPOUND = "欧阳|上官|司马|诸葛|夏侯|皇甫|尉迟|公孙|慕容|令狐|司徒|司空|端木|独孤|南宫|呼延|轩辕|宇文|长孙|澹台|闻人|东方|西门|百里"
_SURNAME = f"(?:{_COMPOUND}|[{_SURNAMES}])"
# Letters that a given name hardly has and a place, an office or a verb of these texts often has.
_GIVEN = "(?:(?![某女先小])[一-龥](?<![镇乡村县市区街道部处局科室所站队委组办司店厂园路号幢楼栋层户的了是在和与及被把将也都不没]))"
_TITLE = (
    "先生|女士|小姐|太太|师傅|同志|老师|医生|大夫|律师|法官|警官|书记|主任|局长|镇长|乡长|县长|市长|村长|社长|队长|"
    "站长|所长|院长|校长|园长|会长|处长|科长|部长|董事长|总经理|经理|老板|大爷|大妈|阿姨|奶奶|爷爷"
)
_CUES = _parts(  # what announces a name for certain, with or without a colon
    "姓名|名字|我叫|名叫|本人|联系人|来电人|来访人|反映人|反映者|投诉人|举报人|申请人|诉求人|当事人|被投诉人|经办人|"
    "户主|法人|法定代表人|负责人|包工头"
)
_WEAK_CUES = _parts(
    "市民|居民|村民|群众|网民|职工|学生|患者|家长|老人|业主|房东|店主|丈夫|妻子|儿子|女儿|父亲|母亲|儿媳|女婿"
)
_TITLES = _parts(_TITLE)
_AFTER = (
    rf"(?=$|[^一-龥]|{_TITLE}|反映|来电|致电|来访|投诉|举报|表示|诉|称|说|咨询|求助|要求|希望|建议|电话|手机|身份证|住|家|"
    "在|的|和|与|及|因|于|从|到|被|等|已|曾|对|向|想|认为|购买|提出|是|为)"
)
_ANNOUNCED = re.compile(
    rf"\s*[:：是为叫]?\s*({_SURNAME})({_GIVEN}{{1,2}}?){_AFTER}|\s*[:：]\s*({_SURNAME})({_GIVEN}{{1,2}})"
)
_ANNOUNCED_WEAKLY = re.compile(rf"({_SURNAME})({_GIVEN}{{1,2}}?){_AFTER}")
_BEFORE_TITLE = re.compile(rf"({_SURNAME})({_GIVEN}{{1,2}}?)$")
# A word for a place or a firm behind it says that this is none's name: 万达广场, 永辉超市, 建国路.
_NOT_A_PERSON = re.compile(
    "[路街巷弄桥村庄镇乡县市区州岛湖江河溪港湾山岭园苑城庙寺站店厂校院馆场]|小区|社区|广场|新城|大厦|大楼|花园|公寓|超市|公司|"
    "集团|银行|医院|学校|中学|小学|幼儿园|酒店|宾馆|饭店|物业|牌|品牌"
)
_PERSON = re.compile(rf"(?:{_COMPOUND})[一-龥]{{1,2}}|[{_SURNAMES}][一-龥]{{1,2}}(?<![镇乡村县市区街])")
# Ordinary words that the segmentation's dictionary also knows as somebody's name.
_ORDINARY = _parts(
    "文明|雷雨|金融|高峰|高明|安宁|安康|安静|常务|平安|严明|方正|程序|万全|明白|包工|石英|连云|丁香|康乐|康复"
)
_ONLY_SURNAME = re.compile(_SURNAME)
_GIVEN_TAGS = frozenset({"n", "a", "nz", "x", "ns", "an", "z"})  # what given names alone are taken for
_GIVEN_ALONE = re.compile(f"(?!{_TITLE}|[镇乡村县市区街路])(?:(?!某)[一-龥])+")
_WHOLE_NAME = re.compile(r"[一-龥]{2,4}|[一-龥]{1,6}[·•][一-龥]{1,10}")
_POLITE = re.compile(f"[一-龥]{{1,2}}(?:{_TITLE}|某{{1,2}})|匿名|不详|无|未知|保密")

_DIGITS = str.maketrans("０１２３４５６７８９Ｘ－", "0123456789X-")
_NUMBERS = re.compile(
    # what none of the forms begins with is passed over at once
    r"(?=[\dA-Za-z+(（\s:：是为号一幺京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼])(?:"
    # 18 digits with the year and month of a birth in the middle, or the old 15
    r"(?P<document>(?<![\dA-Za-z])(?:[1-9]\d{5}[\s-]?(?:18|19|20)\d{2}[01]\d[0-3]\d[\s-]?\d{3}[\dXx]|[1-9]\d{5}\d{2}[01]\d[0-3]\d\d{3})(?![\dA-Za-z])"
    r"|(?<![A-Za-z\d])(?:[EG]\d{8}|E[A-Z]\d{7}|[HM]\d{8}(?:\d{2})?)(?![A-Za-z\d]))"
    r"|(?P<phone>(?<!\d)(?:(?:\+|00)?86[\s-]?)?1[\s-]?[3-9](?:[\s-]?\d){9}(?!\d)"
    r"|(?:(?<!\d)0\d{2,3}|[(（]0\d{2,3}[)）])[\s-]?[2-9]\d{6,7}(?:[-转]\d{1,5})?(?!\d)"
    r"|(?<![\d零〇一二三四五六七八九幺])[一幺][三四五六七八九][零〇一二三四五六七八九幺]{9}(?![零〇一二三四五六七八九幺])"
    r"|(?<=(?:电话|手机|号码|短号|座机|微信|QQ))(?:号码?)?[\s:：是为]{0,3}\d[\d\s-]{3,18}\d(?!\d))"
    r"|(?P<account>(?<!\d)\d{4}(?P<gap>[\s-])\d{4}(?:(?P=gap)\d{4}){2}(?:(?P=gap)\d{1,3})?(?!\d)|(?<!\d)\d{13,19}(?!\d)"
    r"|[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|(?<=微信号)[\s:：是为]{0,3}[A-Za-z][\w-]{5,19})"
    r"|(?P<plate>[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·\s]?[A-Z0-9]{5,6}(?![A-Z0-9]))"
    r"|(?P<room>(?<=[幢栋号楼座单元])[A-Za-z]?\d{3,4}[室房]?(?![\d号幢栋年月日元米])))"
)
_COVER = {"document": DOCUMENT, "phone": PHONE, "account": ACCOUNT, "plate": PLATE, "room": ROOM}
# Where numbers can be at all: looking everywhere for each of their forms takes ten times as long.
_DIGIT = "[\\d零〇一二三四五六七八九幺]"
_SPOT = re.compile(rf"{_DIGIT}(?:[\s-]?{_DIGIT}){{2,}}|@|微信号")
_ROUND = 30  # letters round such a spot that can belong to it: a cue before, the rest of an address behind


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without personal data, and how much of each kind was covered."""

    text: str
    names: int = 0
    phones: int = 0
    documents: int = 0  # papers, accounts, number plates, rooms


def mask(text: str, people: Collection[str] = (), places: Collection[str] = frozenset()) -> Masked:
    """The text with names reduced to the surname (张某) and numbers replaced by what they were.

    `people` are the names in the row's own columns; `places` names that are divisions, not persons."""
    text, phones, documents = _numbers(text)
    text, names = _names(text, people, places)
    return Masked(text, names, phones, documents)


def cover_numbers(text: str) -> Masked:
    """Only numbers replaced: for texts that somebody reads before they go out, in which a name wrongly found would be a
    word wrongly lost."""
    text, phones, documents = _numbers(text)
    return Masked(text, 0, phones, documents)


def is_personal(text: str) -> bool:
    """Whether a short value as a whole is a person's number: such a thing is no ticket number."""
    plain = _half_width(text).strip()
    found = _NUMBERS.fullmatch(plain)
    if found is None or found.lastgroup not in ("document", "phone"):
        return False
    return len(plain) != 18 or _checks(plain.upper())


def person(value: str) -> str:
    """The name in a name column, "" when it is no name that could be recognised (王女士, 匿名)."""
    value = value.strip()
    return value if _WHOLE_NAME.fullmatch(value) and not _POLITE.fullmatch(value) else ""


def _numbers(text: str) -> tuple[str, int, int]:
    plain = _half_width(text)  # letter for letter, so that places stay the same
    parts: list[str] = []
    at = searched = phones = documents = 0
    for spot in _SPOT.finditer(plain):
        for found in _NUMBERS.finditer(plain, max(searched, spot.start() - _ROUND), spot.end() + _ROUND):
            kind = found.lastgroup or ""
            parts += [text[at : found.start()], _COVER[kind]]
            at = searched = found.end()
            phones += kind == "phone"
            documents += kind != "phone"
    return ("".join([*parts, text[at:]]), phones, documents) if parts else (text, 0, 0)


def _names(text: str, people: Collection[str], places: Collection[str]) -> tuple[str, int]:
    count = 0
    for name in sorted({*people}, key=len, reverse=True):
        if name and name in text:
            count += text.count(name)
            text = text.replace(name, _cover(name))
    for find in (_announced, _titled, lambda changed: _by_segmentation(changed, places)):
        for start, end in sorted(find(text), reverse=True):
            text = text[:start] + _cover(text[start:end]) + text[end:]
            count += 1
    return text, count


def _announced(text: str) -> set[tuple[int, int]]:
    spans = set()
    for cues, pattern in ((_CUES, _ANNOUNCED), (_WEAK_CUES, _ANNOUNCED_WEAKLY)):
        for end in (end for cue in cues if cue in text for end in _ends(text, cue)):
            found = pattern.match(text, end)
            if found is not None:
                group = 1 if found[1] else 3
                spans.add((found.start(group), found.end(group + 1)))
    return spans


def _titled(text: str) -> set[tuple[int, int]]:
    spans = set()
    for title in _TITLES:
        if title in text:
            for end in _ends(text, title):
                start = end - len(title)
                found = _BEFORE_TITLE.search(text, max(0, start - 4), start)
                if found is not None:
                    spans.add(found.span())
    return spans


def _half_width(text: str) -> str:
    return text.translate(_DIGITS) if any(digit in text for digit in "０１２３４５６７８９") else text


def _ends(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at + len(part)
        at = text.find(part, at + 1)


def _by_segmentation(text: str, places: Collection[str]) -> list[tuple[int, int]]:
    """Where the segmentation sees a person: 王晓燕/nr, or a surname and a given name apart (赵/nr 铁柱/n)."""
    spans: list[tuple[int, int]] = []
    at, surname, apart = 0, 0, False
    for word, tag in tagged(text):
        end = at + len(word)
        is_name = tag in ("nr", "nrt")
        start = -1
        if surname and len(word) <= 2 and _GIVEN_ALONE.fullmatch(word) and (is_name or (tag in _GIVEN_TAGS and apart)):
            start = at - surname
        elif (
            is_name
            and not _ONLY_SURNAME.fullmatch(word)
            and _PERSON.fullmatch(word)
            and word not in _ORDINARY
            and not _POLITE.fullmatch(word)
        ):
            start = at
        if start >= 0 and text[start:end] not in places and not _NOT_A_PERSON.match(text, end):
            spans.append((start, end))
        surname = len(word) if _ONLY_SURNAME.fullmatch(word) else 0
        apart = tag in ("nr", "zg", "ng")  # so surnames are tagged when no name was seen behind them
        at = end
    return spans


def _cover(name: str) -> str:
    found = re.match(_COMPOUND, name)
    return f"{found[0] if found and len(name) > 2 else name[0]}某"


def _checks(number: str) -> bool:
    """The check digit of an 18-digit identity number (GB 11643-1999)."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))
    return "10X98765432"[total % 11] == number[17]
