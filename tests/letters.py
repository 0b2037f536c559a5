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
    body = base64.b64encode(raw) if kind in "Bb" else quopri.encodestring(raw, header=True).replace(b"=\n", b"").replace(b"?", b"=3F")
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

EUC_MS = b"\x8f\xf4\xfb\x8f\xf4\xbd\xa4\xc8\xbf\xbd\xa4\xb7\xa4\xde\xa4\xb9"
TABLE = "予定表と職務能力ソース"
PARIS = "Café à côté: l’équipe de Tôkyô"
ALERT = "東京都の求人に応募できますか"
SECRET = "The office in Shibuya answers on Monday"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
COMMAND = ["iso-2022-jp", "utf-8"]
B64 = base64.b64encode


def nested(inner: bytes) -> bytes:
    return b"Content-Type: message/rfc822\r\n\r\n" + inner


CORPUS += [
    ("JIS with Chinese and Korean sets (RFC 1554)", letter(b"x", "東京 汉语 한국어".encode("iso2022_jp_2"), charset="iso-2022-jp-2"), {"text": "東京 汉语 한국어"}),
    ("half-width katakana by shift-out", letter(b"x", b"\x0e6@6E\x0f desu", charset="iso-2022-jp"), {"text": "ｶﾀｶﾅ desu"}),
    ("half-width katakana by shift-out beside kanji", letter(b"x", b"\x1b$BEl5~\x1b(B \x0e6@6E\x0f desu", charset="iso-2022-jp"), {"text": "東京 ｶﾀｶﾅ desu"}),
    ("JIS X 0213 plane 2", letter(b"x", "𠮟る".encode("iso2022_jp_2004"), charset="iso-2022-jp-2004"), {"text": "𠮟る"}),
    ("JIS with blanks among the pairs", letter(b"x", b"\x1b$BEl 5~\x1b(B", charset="iso-2022-jp"), {"text": "東 京"}),
    ("JIS cut in the middle of a pair", letter(b"x", jis(ALERT)[:-4], charset="iso-2022-jp"), {"text": ALERT[:-1] + "\ufffd"}),
    ("JIS with Shift_JIS beside it", letter(b"x", jis("相談") + b"\r\n" + ASK.encode("cp932"), charset="iso-2022-jp"), {"text": f"相談\n{ASK}"}),
    ("Shift_JIS labelled iso-2022-jp", letter(b"x", (ASK + NEC).encode("cp932"), charset="iso-2022-jp"), {"text": ASK + NEC}),
    ("JIS labelled shift_jis", letter(word(jis(NEC), "shift_jis"), jis(NEC), charset="shift_jis"), {"subject": NEC, "text": NEC}),
    ("IBM characters where eucJP-ms has them", letter(b"x", EUC_MS, charset="eucJP-ms"), {"text": "髙﨑と申します"}),
    ("CP51932 by its own name", letter(word(euc(NEC), "cp51932", "Q"), euc(WAVE), charset="CP51932"), {"subject": NEC, "text": WAVE}),
    ("Shift_JIS labelled euc-jp", letter(b"x", ASK.encode("cp932"), charset="euc-jp"), {"text": ASK}),
    ("EUC-JP labelled shift_jis", letter(b"x", euc(ASK), charset="shift_jis"), {"text": ASK}),
    ("UTF-8 labelled shift_jis", letter(b"x", ASK.encode(), charset="shift_jis"), {"text": ASK}),
    ("UTF-8 labelled euc-jp", letter(b"x", ASK.encode(), charset="euc-jp"), {"text": ASK}),
    ("Shift_JIS labelled utf-8", letter(b"x", ASK.encode("cp932"), charset="utf-8"), {"text": ASK}),
    ("Shift_JIS that ends within a character", letter(b"x", ASK.encode("cp932")[:-1], charset="shift_jis"), {"text": ASK[:-1] + "\ufffd"}),
    ("UTF-8 that ends within a character", letter(b"x", ASK.encode()[:-1], charset="utf-8"), {"text": ASK[:-1] + "\ufffd"}),
    ("Western without label", letter(b"x", PARIS.encode("cp1252")), {"text": PARIS}),
    ("TCVN 5712", letter(b"x", b"Xin ch\xb5o, t\xabi mu\xe8n \xae\xd5n Tokyo l\xb5m vi\xd6c", charset="x-viet-tcvn5712"), {"text": "Xin chào, tôi muốn đến Tokyo làm việc"}),
    ("Vietnamese in UTF-8 words cut anywhere", letter(b"\r\n ".join(word(VIETNAMESE.encode()[at : at + 9], "UTF-8") for at in range(0, 99, 9)), b"x"), {"subject": VIETNAMESE}),
    ("Indonesian flowed", letter(b"x", b"Saya ingin bekerja \r\ndi Tokyo.\r\n\r\n> Terima \r\n> kasih\r\n-- \r\nSari", kind="text/plain; format=flowed", charset="us-ascii"), {"text": "Saya ingin bekerja di Tokyo.\n\n> Terima kasih\n-- \nSari"}),
    ("flowed line with a sign in it", letter(b"x", b"a -> b \r\nc\r\n From here", kind="text/plain; format=flowed"), {"text": "a -> b c\nFrom here"}),
    ("UTF-7 is not read", letter(b"x", b"Hi +AGE-", charset="utf-7"), {"text": "Hi +AGE-"}),
    ("codec that is no charset", letter(b"x", ASK.encode(), charset="idna"), {"text": ASK}),
    ("label of several charsets in one", letter(b"x", b"Hello", charset="undefined"), {"text": "Hello"}),
    ("codec that runs long", letter(b"x", b"tokyo-9a" * 50, charset="punycode"), {"text": "tokyo-9a" * 50}),
    ("label with a language (RFC 2231)", letter(b"=?utf-8*ja?B?" + B64("相談".encode()) + b"?=", b"x", kind="text/plain; charset*=us-ascii''utf-8", encoding="base64"), {"subject": "相談"}),
    ("ISO-2022-KR", letter(b"x", KOREAN[:-5].encode("iso2022_kr"), charset="iso-2022-kr"), {"text": KOREAN[:-5].strip()}),
    ("GBK bare in the subject", letter("咨询在东京工作".encode("gbk"), SIMPLIFIED.encode("gb18030"), charset="gb2312"), {"subject": "咨询在东京工作"}),
    ("Big5 bare in the subject", letter("詢問東京的工作".encode("big5"), TRADITIONAL.encode("big5"), charset="big5"), {"subject": "詢問東京的工作"}),
    ("EUC-KR bare in the subject", letter("취업 문의드립니다".encode("cp949"), KOREAN.encode("cp949"), charset="euc-kr"), {"subject": "취업 문의드립니다"}),
    ("EUC-JP bare in the subject", letter(euc("求人についてのお尋ね"), b"x"), {"subject": "求人についてのお尋ね"}),
    ("JIS bare and folded in the subject", letter(jis("就職の") + b"\r\n " + jis("㈱相談"), b"x"), {"subject": "就職の ㈱相談"}),
    ("wide blank in the subject", letter(word(jis("相談　太郎"), "iso-2022-jp"), b"x"), {"subject": "相談　太郎"}),
    ("JIS words, the first left open, the next from ASCII", letter(word(jis("相談", returns=False), "iso-2022-jp") + b" " + word(b"(Tokyo)", "iso-2022-jp"), b"x"), {"subject": "相談(Tokyo)"}),
    ("base64 of words cut anywhere", letter(b"=?utf-8?B?" + B64(ASK.encode())[:9] + b"?=\r\n =?utf-8?B?" + B64(ASK.encode())[9:] + b"?=", b"x"), {"subject": ASK}),
    ("neighbours of two charsets", letter(word(jis("東京"), COMMAND[0]) + b"\r\n " + word("就職".encode(), COMMAND[1]), b"x"), {"subject": "東京就職"}),
    ("words with an unescaped blank in Q", letter(b"=?utf-8?Q?Job in =E6=9D=B1=E4=BA=AC?=", b"x"), {"subject": "Job in 東京"}),
    ("line break hidden in a word", letter(word(b"Hello\r\nBcc: x@example.org", "utf-8"), b"x"), {"subject": "Hello Bcc: x@example.org"}),
    ("sender with a bare comma", letter(b"x", b"x", sender=b"Yamada, Taro <taro@example.jp>"), {"from_name": "Yamada, Taro", "from_address": "taro@example.jp"}),
    ("sender of a telephone with dots at odd places", letter(b"x", b"x", sender=b"taro..tokyo.@docomo.ne.jp"), {"from_address": '"taro..tokyo."@docomo.ne.jp'}),
    ("sender of a telephone with quotes", letter(b"x", b"x", sender=b'<"taro..tokyo."@docomo.ne.jp>'), {"from_name": "", "from_address": '"taro..tokyo."@docomo.ne.jp'}),
    ("sender with an address in the name", letter(b"x", b"x", sender=word(b"Bank <info@bank.example>", "utf-8") + b" <thief@example.net>"), {"from_name": "Bank <info@bank.example>", "from_address": "thief@example.net"}),
    ("sender encoded as a whole", letter(b"x", b"x", sender=word("髙﨑 <taro@example.jp>".encode(), "utf-8")), {"from_name": "髙﨑", "from_address": "taro@example.jp"}),
    ("sender's name in bare JIS", letter(b"x", b"x", sender=b'"' + jis("セラミック工業 田中") + b'" <tanaka@example.jp>'), {"from_name": "セラミック工業 田中", "from_address": "tanaka@example.jp"}),
    ("sender's name with escaped quotes", letter(b"x", b"x", sender=rb'"Anh \"Andy\" Nguyen" <anh@example.vn>'), {"from_name": 'Anh "Andy" Nguyen', "from_address": "anh@example.vn"}),
    ("sender of an international domain", letter(b"x", b"x", sender="花子 <hanako@日本語.jp>".encode()), {"from_name": "花子", "from_address": "hanako@日本語.jp"}),
    ("sender in two folded words", letter(b"x", b"x", sender=word("グエン・".encode(), "utf-8") + b"\r\n " + word("アン".encode(), "utf-8") + b"\r\n <anh@example.vn>"), {"from_name": "グエン・アン", "from_address": "anh@example.vn"}),
    ("quoted-printable broken within an escape", letter(b"x", b"=E6=9D=B1=E4=\r\n=BA=AC=E=\r\n3=81=A7= \r\n=E3=81=99", charset="utf-8", encoding="quoted-printable "), {"text": "東京です"}),
    ("base64 without padding, then a footer of words", letter(b"x", base64.encodebytes(SECRET.encode()) + b"\r\nSent via the list\r\n", charset="utf-8", encoding="base64"), {"text": SECRET}),
    ("base64 that is none", letter(b"x", b"Dear all, this is plain.", encoding="base64"), {"text": "Dear all, this is plain."}),
    ("lines ended by carriage returns alone", letter(b"x", b"one\rtwo").replace(b"\r\n", b"\r"), {"subject": "x", "text": "one\ntwo"}),
    ("HTML whose head is never closed", letter(b"x", b"<html><head><title>Q</title><body><p>Hello</p>", kind="text/html"), {"text": "Hello"}),
    ("HTML with a charset of its own", letter(b"x", f'<html><head><meta charset="gb2312"></head><body>{SIMPLIFIED}</body>'.encode("gb18030"), kind="text/html"), {"text": SIMPLIFIED}),
    ("HTML with marked sections and comments", letter(b"x", b"<p>One<![foo[x]]> <!-- no --><!-->two 1 < 2 &amp; 3<o:p></o:p>", kind="text/html"), {"text": "One two 1 < 2 & 3"}),
    ("HTML beside a footer of a list", multipart(part(b"<p>My question</p>", b"text/html"), part(b"List footer")), {"text": "My question\n\nList footer", "is_html_only": False}),
    ("HTML with another mail in it", multipart(part(b"<p>See below</p>", b"text/html"), nested(letter(b"y", ASK.encode(), charset="utf-8"))), {"text": f"See below\n\n-----\n\n{ASK}", "is_html_only": False}),
    ("a table and a link of its own words", letter(b"x", b'<table><tr><td>Pay</td><td>300</td></tr><tr><td>Days</td><td>5</td></tr></table><a href="https://a.example">https://a.example/</a>', kind="text/html"), {"text": "Pay  300\n\nDays  5\n\nhttps://a.example/"}),
    ("alternatives of which one holds files", multipart(part(b"Hi"), b'Content-Type: multipart/mixed; boundary="y"\r\n\r\n--y\r\n' + part(b"<p>Hi</p>", b"text/html") + b"\r\n--y\r\n" + file_part(b"filename=a.pdf", PDF) + b"\r\n--y--\r\n", kind="alternative"), {"text": "Hi", "files": [("a.pdf", "application/pdf", PDF)]}),
    ("parts without a boundary", letter(b"x", b"Hello words", kind="multipart/mixed"), {"text": "Hello words", "dropped": []}),
    ("boundary that begins like another", multipart(b"Content-Type: multipart/mixed; boundary=xy\r\n\r\n--xy\r\n" + part(b"one") + b"\r\n--xy--\r\n", part(b"two")), {"text": "one\n\ntwo"}),
    ("parts that are never closed", multipart(part(b"one"), part(b"two")).removesuffix(b"--x--\r\n\r\n"), {"text": "one\n\ntwo"}),
    ("an invitation beside the words", multipart(part(b"Come"), part(b"BEGIN:VCALENDAR", b"text/calendar"), kind="alternative"), {"text": "Come"}),
    ("type that is no type", letter(b"x", ASK.encode(), kind="text"), {"text": ASK}),
    ("bare Shift_JIS name whose bytes hold backslashes", multipart(part(b"Hi"), file_part(f'filename="{TABLE}.pdf"'.encode("cp932"), PDF)), {"files": [(f"{TABLE}.pdf", "application/pdf", PDF)]}),
    ("bare JIS name whose bytes hold quotes and semicolons", multipart(part(b"Hi"), file_part(b'filename="' + jis("アセスメント・レポート") + b'.pdf"', PDF)), {"files": [("アセスメント・レポート.pdf", "application/pdf", PDF)]}),
    ("name in two folded words", multipart(part(b"Hi"), file_part(b'filename="' + word(jis("履歴書と"), "ISO-2022-JP") + b"\r\n " + word(jis("職務経歴書"), "ISO-2022-JP") + b'.docx"', office_file())), {"files": [("履歴書と職務経歴書.docx", DOCX, office_file())]}),
    ("name both old and new", multipart(part(b"Hi"), file_part(b"filename=\"a.pdf\"; filename*=UTF-8''%E5%B1%A5.pdf", PDF)), {"files": [("履.pdf", "application/pdf", PDF)]}),
    ("name cut within a character (RFC 2231)", multipart(part(b"Hi"), file_part(b"filename*0*=shift_jis''%97%9A%97; filename*1*=%F0.pdf", PDF)), {"files": [("履歴.pdf", "application/pdf", PDF)]}),
    ("name on the type alone", multipart(part(b"Hi"), part(base64.encodebytes(PDF), b'application/pdf; name="' + word("履歴書".encode(), "utf-8") + b'.pdf"', b"Content-Transfer-Encoding: Base64")), {"files": [("履歴書.pdf", "application/pdf", PDF)]}),
    ("path with bare backslashes", multipart(part(b"Hi"), file_part(rb'filename="C:\tmp\new\cv.pdf"', PDF)), {"files": [("cv.pdf", "application/pdf", PDF)]}),
    ("archive that calls itself a document", multipart(part(b"Hi"), file_part(b'filename="cv.docx"', b"PK\x03\x04 and no more")), {"files": [], "dropped": [("cv.docx", "type")]}),
]  # fmt: skip
"""What programs do beyond the standards, mostly seen in Japan: wrong labels, cut words, bare bytes, broken parts."""
