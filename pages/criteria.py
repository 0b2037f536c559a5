"""The success criteria of levels A and AA: JIS X 8341-3:2016 (which is WCAG 2.0) and what WCAG 2.1 and 2.2 added.

Source of numbers, levels and names: W3C, Web Content Accessibility Guidelines 2.2, and its Japanese translation by WAIC.
"""

from dataclasses import dataclass

from django.utils.translation import get_language


@dataclass(frozen=True)
class Criterion:
    number: str
    level: str
    since: str
    ja: str
    en: str

    @property
    def name(self) -> str:
        return self.ja if get_language() == "ja" else self.en

    @property
    def in_jis(self) -> bool:
        return self.since == "2.0"


TABLE = """
1.1.1|A|2.0|非テキストコンテンツ|Non-text Content
1.2.1|A|2.0|音声のみ及び映像のみ（収録済）|Audio-only and Video-only (Prerecorded)
1.2.2|A|2.0|キャプション（収録済）|Captions (Prerecorded)
1.2.3|A|2.0|音声解説、又はメディアに対する代替（収録済）|Audio Description or Media Alternative (Prerecorded)
1.2.4|AA|2.0|キャプション（ライブ）|Captions (Live)
1.2.5|AA|2.0|音声解説（収録済）|Audio Description (Prerecorded)
1.3.1|A|2.0|情報及び関係性|Info and Relationships
1.3.2|A|2.0|意味のあるシーケンス|Meaningful Sequence
1.3.3|A|2.0|感覚的な特徴|Sensory Characteristics
1.3.4|AA|2.1|表示の向き|Orientation
1.3.5|AA|2.1|入力目的の特定|Identify Input Purpose
1.4.1|A|2.0|色の使用|Use of Color
1.4.2|A|2.0|音声の制御|Audio Control
1.4.3|AA|2.0|コントラスト（最低限）|Contrast (Minimum)
1.4.4|AA|2.0|テキストのサイズ変更|Resize Text
1.4.5|AA|2.0|文字画像|Images of Text
1.4.10|AA|2.1|リフロー|Reflow
1.4.11|AA|2.1|非テキストのコントラスト|Non-text Contrast
1.4.12|AA|2.1|テキストの間隔|Text Spacing
1.4.13|AA|2.1|ホバー又はフォーカスで表示されるコンテンツ|Content on Hover or Focus
2.1.1|A|2.0|キーボード|Keyboard
2.1.2|A|2.0|キーボードトラップなし|No Keyboard Trap
2.1.4|A|2.1|文字キーのショートカット|Character Key Shortcuts
2.2.1|A|2.0|タイミング調整可能|Timing Adjustable
2.2.2|A|2.0|一時停止、停止、非表示|Pause, Stop, Hide
2.3.1|A|2.0|3回の閃光、又は閾値以下|Three Flashes or Below Threshold
2.4.1|A|2.0|ブロックスキップ|Bypass Blocks
2.4.2|A|2.0|ページタイトル|Page Titled
2.4.3|A|2.0|フォーカス順序|Focus Order
2.4.4|A|2.0|リンクの目的（コンテキスト内）|Link Purpose (In Context)
2.4.5|AA|2.0|複数の手段|Multiple Ways
2.4.6|AA|2.0|見出し及びラベル|Headings and Labels
2.4.7|AA|2.0|フォーカスの可視化|Focus Visible
2.4.11|AA|2.2|隠されないフォーカス（最低限）|Focus Not Obscured (Minimum)
2.5.1|A|2.1|ポインタのジェスチャ|Pointer Gestures
2.5.2|A|2.1|ポインタのキャンセル|Pointer Cancellation
2.5.3|A|2.1|ラベルを含む名前（name）|Label in Name
2.5.4|A|2.1|動きによる起動|Motion Actuation
2.5.7|AA|2.2|ドラッグ動作|Dragging Movements
2.5.8|AA|2.2|ターゲットのサイズ（最低限）|Target Size (Minimum)
3.1.1|A|2.0|ページの言語|Language of Page
3.1.2|AA|2.0|一部分の言語|Language of Parts
3.2.1|A|2.0|フォーカス時|On Focus
3.2.2|A|2.0|入力時|On Input
3.2.3|AA|2.0|一貫したナビゲーション|Consistent Navigation
3.2.4|AA|2.0|一貫した識別性|Consistent Identification
3.2.6|A|2.2|一貫したヘルプ|Consistent Help
3.3.1|A|2.0|エラーの特定|Error Identification
3.3.2|A|2.0|ラベル又は説明|Labels or Instructions
3.3.3|AA|2.0|エラー修正の提案|Error Suggestion
3.3.4|AA|2.0|エラー回避（法的、金融、データ）|Error Prevention (Legal, Financial, Data)
3.3.7|A|2.2|冗長な入力項目|Redundant Entry
3.3.8|AA|2.2|アクセシブルな認証（最低限）|Accessible Authentication (Minimum)
4.1.1|A|2.0|構文解析|Parsing
4.1.2|A|2.0|名前（name）・役割（role）・値（value）|Name, Role, Value
4.1.3|AA|2.1|ステータスメッセージ|Status Messages
"""
CRITERIA = {row.partition("|")[0]: Criterion(*row.split("|")) for row in TABLE.split("\n") if row}
"""By number, in the order of the standards: the 38 of JIS X 8341-3:2016, 12 of WCAG 2.1, 6 of WCAG 2.2 (which dropped 4.1.1)."""
