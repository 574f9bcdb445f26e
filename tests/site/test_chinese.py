from fontTools.ttLib import TTFont

from nqpf.site.chinese import write_chinese_font


def test_the_font_has_what_the_pages_show_and_little_else(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "a.html").write_text("<p>广东 and 深圳</p>", encoding="utf-8")
    (tmp_path / "assets" / "words.js").write_text('{"Search": "检索"}', encoding="utf-8")
    assert write_chinese_font(tmp_path) == 6
    font = TTFont(tmp_path / "assets" / "chinese.woff")
    assert {ord(char) for char in "广东深圳检索"} == set(font.getBestCmap())
    assert (tmp_path / "assets" / "chinese.woff").stat().st_size < 10_000
    assert 'url("chinese.woff")' in (tmp_path / "assets" / "chinese.css").read_text()


def test_the_same_pages_give_the_same_font(tmp_path):
    written = []
    for name in ("one", "two"):
        (tmp_path / name / "assets").mkdir(parents=True)
        (tmp_path / name / "a.html").write_text("广东", encoding="utf-8")
        write_chinese_font(tmp_path / name)
        written.append((tmp_path / name / "assets" / "chinese.woff").read_bytes())
    assert written[0] == written[1]
