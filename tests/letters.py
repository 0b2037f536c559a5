"""A corpus of mails as they really come: the bytes made by hand where Python's own encoders would write them too well."""

import base64
import io
import quopri
import zipfile

JIS, ASCII, KATAKANA = b"\x1b$B", b"\x1b(B", b"\x1b(I"


def jis(text: str, returns: bool = True) -> bytes:
    """ISO-2022-JP as Microsoft's programs write it (CP50221): NEC and IBM characters, half-width katakana."""
    out, state = b"", ASCII
    for character in text:
        code = character.encode("cp932")
        wanted = ASCII if code[0] < 0x80 else KATAKANA if len(code) == 1 else JIS
        out += wanted if wanted != state else b""
        out += pair(*code) if len(code) == 2 else bytes([code[0] & 0x7F])
        state = wanted
    return out + (ASCII if returns and state != ASCII else b"")


def pair(first: int, second: int) -> bytes:
    """The two JIS bytes behind two bytes of Shift_JIS."""
    row = ((first - (0x40 if first >= 0xE0 else 0)) - 0x81) * 2 + 0x21
    return bytes([row + 1, second - 0x7E]) if second >= 0x9F else bytes([row, second - (0x20 if second > 0x7F else 0x1F)])


def euc(text: str) -> bytes:
    """EUC-JP as CP51932: the same pairs with the upper bit."""
    codes = [character.encode("cp932") for character in text]
    return b"".join(
        bytes(byte | 0x80 for byte in pair(*code)) if len(code) == 2 else b"\x8e" + code if code[0] > 0x80 else code for code in codes
    )


def word(raw: bytes, charset: str, kind: str = "B") -> bytes:
    body = base64.b64encode(raw) if kind in "Bb" else quopri.encodestring(raw, header=True).replace(b"?", b"=3F")
    return b"=?" + charset.encode() + b"?" + kind.encode() + b"?" + body + b"?="


def letter(
    subject: bytes = b"Hello", body: bytes = b"Words", kind: str = "text/plain", charset: str = "", encoding: str = "", sender: bytes = b"Mai <mai@example.org>",
    extra: bytes = b"",
) -> bytes:  # fmt: skip
    head = (
        b"From: "
        + sender
        + b"\r\nTo: desk@example.org\r\nSubject: "
        + subject
        + b"\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n"
        + extra
    )
    head += f"Content-Type: {kind}{f'; charset={charset}' if charset else ''}\r\n".encode()
    head += f"Content-Transfer-Encoding: {encoding}\r\n".encode() if encoding else b""
    return head + b"\r\n" + body + b"\r\n"


def multipart(*parts: bytes, kind: str = "mixed", **options) -> bytes:
    body = b"".join(b"--x\r\n" + part + b"\r\n" for part in parts) + b"--x--\r\n"
    return letter(body=body, kind=f'multipart/{kind}; boundary="x"', **options)


def part(content: bytes, kind: bytes = b"text/plain; charset=utf-8", *more: bytes) -> bytes:
    return b"\r\n".join([b"Content-Type: " + kind, *more, b"", content])


def file_part(name: bytes, content: bytes, kind: bytes = b"application/octet-stream") -> bytes:
    place = b"Content-Disposition: attachment; " + name
    return part(base64.encodebytes(content), kind, place, b"Content-Transfer-Encoding: base64")


def office_file() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    return buffer.getvalue()


PDF = b"%PDF-1.7\n%%EOF"
ASK = "東京で働きたいです。在留資格は会社が申請しますか。"
NEC = "①㈱東京商会の髙﨑です。№3の求人、面積50㎡、∑と㈲、Ⅳと纊について"
KANA = "ｶﾀｶﾅでﾋﾞｻﾞの質問"
WAVE = "給与は20万〜30万円？表・ソ・能・予定は10：00−12：00".replace("〜", "～").replace("−", "－")
VIETNAMESE = "Xin chào, tôi là kỹ sư cơ khí. Tôi muốn làm việc ở Tokyo."
COMPOSED_1258 = "Tôi muốn hỏi về visa và lương"
INDONESIAN = "Selamat pagi, apakah saya perlu N2 untuk bekerja di Tokyo?"
TRADITIONAL = "您好，我想在東京的中小企業工作，需要什麼簽證？"
HONG_KONG = "我住喺香港，想問嘢㗎"
SIMPLIFIED = "您好，我想去东京工作。朱镕基的镕字和€符号也要正确。"
KOREAN = "안녕하세요, 도쿄에서 일하고 싶습니다. 똠방각하"
WESTERN = "I’m a “senior” engineer – €3,000 a month, café"

long_subject = jis("東京での就職についてお尋ねします")
cut_utf8 = "就職の相談です".encode()
MIXED = [word("就職の".encode(), "utf-8"), word("相談".encode(), "UTF-8", "Q")]

CORPUS = [
    ("plain ISO-2022-JP", letter(jis("相談"), jis(ASK), charset="ISO-2022-JP", encoding="7bit"), {"subject": "相談", "text": ASK}),
    ("NEC and IBM characters as iso-2022-jp", letter(word(jis(NEC), "iso-2022-jp"), jis(NEC), charset="iso-2022-jp"), {"subject": NEC, "text": NEC}),
    ("ISO-2022-JP-MS by its own name", letter(word(jis(NEC), "iso-2022-jp-ms"), jis(NEC), charset="iso-2022-jp-ms"), {"subject": NEC, "text": NEC}),
    ("CP50221 by its own name", letter(word(jis(KANA), "cp50221"), jis(KANA), charset="cp50221"), {"subject": KANA, "text": KANA}),
    ("CP50220 by its own name", letter(word(jis(NEC), "CP50220"), jis(NEC), charset="CP50220"), {"subject": NEC, "text": NEC}),
    ("half-width katakana in iso-2022-jp", letter(word(jis(KANA), "ISO-2022-JP"), jis(KANA), charset="ISO-2022-JP"), {"subject": KANA, "text": KANA}),
    ("JIS without any label", letter(jis("質問です"), jis(NEC)), {"subject": "質問です", "text": NEC}),
    ("JIS labelled us-ascii", letter(jis("質問"), jis(ASK), charset="us-ascii"), {"subject": "質問", "text": ASK}),
    ("JIS labelled utf-8", letter(jis("質問"), jis(ASK), charset="utf-8"), {"subject": "質問", "text": ASK}),
    ("JIS with quotes round the label", letter(b"x", jis(NEC), charset='"iso-2022-jp"'), {"text": NEC}),
    ("JIS in base64", letter(b"x", base64.encodebytes(jis(NEC)), charset="iso-2022-jp", encoding="base64"), {"text": NEC}),
    ("JIS in quoted-printable", letter(b"x", quopri.encodestring(jis(NEC)), charset="iso-2022-jp", encoding="quoted-printable"), {"text": NEC}),
    ("old JIS C 6226 escape", letter(b"x", jis(ASK).replace(JIS, b"\x1b$@"), charset="iso-2022-jp"), {"text": ASK}),
    ("JIS Roman instead of ASCII", letter(b"x", jis(ASK).replace(ASCII, b"\x1b(J"), charset="iso-2022-jp"), {"text": ASK}),
    ("JIS whose lines never return to ASCII", letter(b"x", jis(ASK, returns=False) + b"\r\nabc", charset="iso-2022-jp"), {"text": f"{ASK}\nabc"}),
    ("JIS X 0213 plane 1", letter(b"x", "鷗外と俱楽部".encode("iso2022_jp_2004"), charset="iso-2022-jp-2004"), {"text": "鷗外と俱楽部"}),
    ("JIS X 0212", letter(b"x", "髙くない鄧さん".replace("髙", "高").encode("iso2022_jp_1"), charset="iso-2022-jp-1"), {"text": "高くない鄧さん"}),
    ("Shift_JIS with NEC characters", letter(word(NEC.encode("cp932"), "Shift_JIS"), NEC.encode("cp932"), charset="Shift_JIS", encoding="8bit"), {"subject": NEC, "text": NEC}),
    ("x-sjis", letter(b"x", WAVE.encode("cp932"), charset="x-sjis", encoding="8bit"), {"text": WAVE}),
    ("Windows-31J", letter(b"x", NEC.encode("cp932"), charset="Windows-31J", encoding="8bit"), {"text": NEC}),
    ("MS932 in quoted-printable", letter(b"x", quopri.encodestring(WAVE.encode("cp932")), charset="MS932", encoding="Quoted-Printable"), {"text": WAVE}),
    ("CP932 in base64 without padding", letter(b"x", base64.b64encode(NEC.encode("cp932")).rstrip(b"="), charset="cp932", encoding="BASE64"), {"text": NEC}),
    ("Shift_JIS without label", letter(b"x", (ASK + NEC).encode("cp932"), encoding="8bit"), {"text": ASK + NEC}),
    ("Shift_JIS bare in the subject", letter("求人の質問".encode("cp932"), b"x"), {"subject": "求人の質問"}),
    ("EUC-JP", letter(word(euc(ASK), "EUC-JP"), euc(ASK), charset="EUC-JP", encoding="8bit"), {"subject": ASK, "text": ASK}),
    ("EUC-JP with NEC characters", letter(b"x", euc(NEC), charset="euc-jp", encoding="8bit"), {"text": NEC}),
    ("eucJP-ms with half-width katakana", letter(b"x", euc(KANA), charset="eucJP-ms", encoding="8bit"), {"text": KANA}),
    ("EUC-JP without label", letter(b"x", euc(ASK), encoding="8bit"), {"text": ASK}),
    ("wave dash and minus in JIS", letter(b"x", jis(WAVE), charset="iso-2022-jp"), {"text": WAVE}),
    ("UTF-8 in base64", letter(word(NEC.encode(), "utf-8"), base64.encodebytes((NEC + "𠮷🙂").encode()), charset="utf-8", encoding="base64"), {"subject": NEC, "text": NEC + "𠮷🙂"}),
    ("UTF-8 in quoted-printable", letter(b"x", quopri.encodestring(VIETNAMESE.encode()), charset="utf-8", encoding="quoted-printable"), {"text": VIETNAMESE}),
    ("UTF-8 without label", letter("相談です".encode(), (NEC + "𠮷").encode(), encoding="8bit"), {"subject": "相談です", "text": NEC + "𠮷"}),
    ("UTF-8 labelled us-ascii", letter(b"x", VIETNAMESE.encode(), charset="us-ascii", encoding="8bit"), {"text": VIETNAMESE}),
    ("UTF-8 labelled iso-8859-1", letter(b"x", VIETNAMESE.encode(), charset="iso-8859-1", encoding="8bit"), {"text": VIETNAMESE}),
    ("UTF-8 with a byte order mark", letter(b"x", b"\xef\xbb\xbf" + ASK.encode(), charset="UTF8", encoding="8bit"), {"text": ASK}),
    ("UTF-8 under a name nobody knows", letter(b"x", ASK.encode(), charset="x-unknown", encoding="8bit"), {"text": ASK}),
    ("GB18030 labelled gb2312", letter(word(SIMPLIFIED.encode("gb18030"), "gb2312"), SIMPLIFIED.encode("gb18030"), charset="gb2312", encoding="8bit"), {"subject": SIMPLIFIED, "text": SIMPLIFIED}),
    ("GBK in base64", letter(b"x", base64.encodebytes(TRADITIONAL.encode("gbk")), charset="GBK", encoding="base64"), {"text": TRADITIONAL}),
    ("GB18030 with a rare character", letter(b"x", "𠮷先生".encode("gb18030"), charset="gb2312", encoding="8bit"), {"text": "𠮷先生"}),
    ("Big5", letter(word(TRADITIONAL.encode("big5"), "big5"), TRADITIONAL.encode("big5"), charset="big5", encoding="8bit"), {"subject": TRADITIONAL, "text": TRADITIONAL}),
    ("Big5 with Hong Kong characters", letter(b"x", HONG_KONG.encode("big5hkscs"), charset="Big5", encoding="8bit"), {"text": HONG_KONG}),
    ("CP949 labelled ks_c_5601-1987", letter(word(KOREAN.encode("cp949"), "ks_c_5601-1987"), KOREAN.encode("cp949"), charset="ks_c_5601-1987", encoding="8bit"), {"subject": KOREAN, "text": KOREAN}),
    ("CP949 labelled euc-kr", letter(b"x", KOREAN.encode("cp949"), charset="EUC-KR", encoding="8bit"), {"text": KOREAN}),
    ("windows-1258", letter(b"x", b"T\xf4i mu\xf4\xecn ho\xd2i v\xea\xcc visa v\xe0 l\xfd\xf5ng", charset="windows-1258", encoding="8bit"), {"text": COMPOSED_1258}),
    ("windows-1252 labelled iso-8859-1", letter(word(WESTERN.encode("cp1252"), "iso-8859-1", "Q"), WESTERN.encode("cp1252"), charset="iso-8859-1", encoding="8bit"), {"subject": WESTERN, "text": WESTERN}),
    ("Indonesian in plain ASCII", letter(INDONESIAN.encode(), INDONESIAN.encode(), charset="us-ascii"), {"subject": INDONESIAN, "text": INDONESIAN}),
    ("subject cut within a character, UTF-8", letter(word(cut_utf8[:7], "utf-8") + b"\r\n " + word(cut_utf8[7:], "utf-8"), b"x"), {"subject": "就職の相談です"}),
    ("subject cut within a character, Shift_JIS", letter(word(NEC.encode("cp932")[:3], "shift_jis") + b" " + word(NEC.encode("cp932")[3:], "shift_jis"), b"x"), {"subject": NEC}),
    ("subject cut within a pair of JIS", letter(word(long_subject[:10], "iso-2022-jp") + b"\r\n\t" + word(long_subject[10:], "iso-2022-jp"), b"x"), {"subject": "東京での就職についてお尋ねします"}),
    ("subject in words that each return to ASCII", letter(b"\r\n ".join([word(jis("東京での"), "ISO-2022-JP"), word(jis("①㈱就職"), "ISO-2022-JP")]), b"x"), {"subject": "東京での①㈱就職"}),
    ("subject in B and Q mixed", letter(b"\r\n ".join(MIXED), b"x"), {"subject": "就職の相談"}),
    ("words that stand without a blank", letter(word("東京".encode(), "utf-8", "b") + word("就職".encode(), "utf-8"), b"x"), {"subject": "東京就職"}),
    ("words between plain words", letter(b"Re: " + word(jis("相談"), "iso-2022-jp") + b" (2)", b"x"), {"subject": "Re: 相談 (2)"}),
    ("sender's name in JIS", letter(b"x", b"x", sender=word(jis("髙﨑 太郎"), "iso-2022-jp") + b" <taro@example.jp>"), {"from_name": "髙﨑 太郎", "from_address": "taro@example.jp"}),
    ("sender's name in bare Shift_JIS", letter(b"x", b"x", sender='"髙﨑"'.encode("cp932") + b" <taro@EXAMPLE.JP>"), {"from_name": "髙﨑", "from_address": "taro@example.jp"}),
    ("sender without a name", letter(b"x", b"x", sender=b"taro@example.jp"), {"from_name": "", "from_address": "taro@example.jp"}),
    ("sender with the name behind", letter(b"x", b"x", sender=b"taro@example.jp (Taro)"), {"from_name": "Taro", "from_address": "taro@example.jp"}),
    ("base64 with a list's footer behind it", letter(b"x", base64.encodebytes(b"Hello you") + b"\r\n--\r\nThe footer of a list!\r\n", charset="utf-8", encoding="base64"), {"text": "Hello you"}),
    ("a line of 2,000 characters", letter(b"x", ("東" * 2000).encode(), charset="utf-8", encoding="8bit"), {"text": "東" * 2000}),
    ("flowed lines with DelSp", letter(b"x", "東京で \r\n働きたい\r\n次の段落".encode(), kind="text/plain; format=flowed; delsp=yes", charset="utf-8"), {"text": "東京で働きたい\n次の段落"}),
    ("HTML only, in JIS", letter(b"x", jis("<html><head><style>p{}</style></head><body><p>東京①</p><ul><li>㈱一<li>二</ul><a href='https://a.example/'>ここ</a><script>x()</script></body></html>"), kind="text/html", charset="iso-2022-jp"), {"text": "東京①\n\n- ㈱一\n- 二\nここ [https://a.example/]", "is_html_only": True}),
    ("plain and HTML", multipart(part(ASK.encode()), part(b"<p>Other</p>", b"text/html"), kind="alternative"), {"text": ASK, "is_html_only": False}),
    ("plain that is empty beside HTML", multipart(part(b"  "), part(f"<p>{ASK}</p>".encode(), b"text/html; charset=utf-8"), kind="alternative"), {"text": ASK, "is_html_only": True}),
    ("file named by RFC 2231", multipart(part(b"Hi"), file_part(b"filename*=utf-8''%E5%B1%A5%E6%AD%B4%E6%9B%B8.pdf", PDF)), {"text": "Hi", "files": [("履歴書.pdf", "application/pdf", PDF)]}),
    ("file named by RFC 2231 in Shift_JIS", multipart(part(b"Hi"), file_part(b"filename*=shift_jis'ja'%97%9A%97%F0%8F%91%87%40.pdf", PDF)), {"files": [("履歴書①.pdf", "application/pdf", PDF)]}),
    ("file named by encoded words", multipart(part(b"Hi"), file_part(b'filename="' + word(jis("履歴書①"), "iso-2022-jp") + b'.pdf"', PDF)), {"files": [("履歴書①.pdf", "application/pdf", PDF)]}),
    ("file named in pieces", multipart(part(b"Hi"), file_part(b"filename*0*=utf-8''%E5%B1%A5; filename*1*=%E6%AD%B4.pdf", PDF)), {"files": [("履歴.pdf", "application/pdf", PDF)]}),
    ("file with a path in its name", multipart(part(b"Hi"), file_part(b'filename="C:\\\\tmp\\\\..\\\\cv.docx"', office_file())), {"files": [("cv.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", office_file())]}),
    ("a signature that is no file", multipart(part(b"Hi"), part(b"sig", b"application/pgp-signature")), {"text": "Hi", "files": [], "dropped": []}),
    ("a program under another name", multipart(part(b"Hi"), file_part(b'filename="cv.pdf"', b"MZ\x90")), {"files": [], "dropped": [("cv.pdf", "type")]}),
    ("winmail.dat", multipart(part(b"Hi"), file_part(b'filename="winmail.dat"', b"\x78\x9f\x3e\x22", b"application/ms-tnef")), {"files": [], "dropped": [("winmail.dat", "type")]}),
]  # fmt: skip
