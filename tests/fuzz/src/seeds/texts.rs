//! Inputs of text.

use std::net::SocketAddr;

use tern_trust::recovery;
use tern_trust::ticket::{Address, InviteTicket, LinkTicket, NodeTicket};

fn all(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Tickets of every kind as text, and the content of each before it is text.
pub fn ticket() -> Vec<Vec<u8>> {
    let sockets: Vec<SocketAddr> = vec![([127, 0, 0, 1], 4433).into(), ([0, 0, 0, 0, 0, 0, 0, 1], 9).into()];
    let address = Address { device: [2; 32], sockets };
    let (addresses, secret) = (vec![address.clone()], || [3; 32].into());
    let texts = [
        InviteTicket { workspace: [1; 32], addresses: addresses.clone(), secret: secret() }.to_text(),
        LinkTicket { workspace: [1; 32], member: [4; 16], address, secret: secret() }.to_text(),
        NodeTicket { device: [2; 32], addresses, secret: secret() }.to_text(),
    ];
    let mut seeds: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    for (text, prefix) in texts.iter().zip(["tern1", "ternlink1", "ternnode1"]) {
        let digits = text[prefix.len()..].to_ascii_uppercase();
        let mut bytes = data_encoding::BASE32_NOPAD.decode(digits.as_bytes()).expect("digits");
        bytes.truncate(bytes.len() - 4);
        seeds.push(bytes);
    }
    seeds.push(format!("  {}\n {} ", &texts[0][..40].to_uppercase(), &texts[0][40..]).into_bytes());
    seeds
}

/// Recovery words, right and misspelt, and entropy.
pub fn words() -> Vec<Vec<u8>> {
    let right = recovery::words(&[7; 32]).to_string();
    let wrong = right.replacen(&right[..4], "abandom", 1);
    vec![right.into_bytes(), wrong.into_bytes(), vec![9; 32]]
}

/// Questions about tasks.
pub fn query() -> Vec<Vec<u8>> {
    all(&[
        "is:open assignee:me label:auth,\"two words\" due:<2026-12-01 \"log in\" -draft",
        "status:doing,review priority:>=high project:\"Web site\" -is:blocked",
        "due:today due:none due:+3d due:>=fri assignee:none,\"Zoë Å\" Size:L",
        "state:Wait parent:7K3QX cycle:none is:recurring,duplicate label:none",
        "http://example.org/x -\"a b\" : :x x: \"\"",
    ])
}

/// Recurrences as iCalendar and as typed.
pub fn recurrence() -> Vec<Vec<u8>> {
    all(&[
        "DTSTART;TZID=Europe/London:20261130T090000\nRRULE:FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO,TH;COUNT=10",
        "DTSTART;VALUE=DATE:20260131\nRRULE:FREQ=MONTHLY;BYMONTHDAY=-1,31\nEXDATE;VALUE=DATE:20260331\nRDATE;VALUE=DATE:20260401",
        "DTSTART:19970902T090000\nRRULE:FREQ=YEARLY;BYMONTH=1,6;BYDAY=2MO,-1FR;BYSETPOS=1,-1;UNTIL=20301224T000000Z",
        "DTSTART:20240229\nRRULE:FREQ=YEARLY;BYWEEKNO=53,-1;BYYEARDAY=366,-366;BYEASTER=0\nEXRULE:FREQ=YEARLY;INTERVAL=4",
        "DTSTART:20261130T090000\nRRULE:FREQ=HOURLY;BYHOUR=9,17;BYMINUTE=0,30;BYSECOND=15",
        "DTSTART:20261130T090000\nRRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        "every Monday, Thursday 09:00 Europe/London",
        "every 2 weeks on fri and sat",
        "every weekday",
        "FREQ=DAILY;INTERVAL=3 08:30",
    ])
}

/// Calendars of holidays.
pub fn ics() -> Vec<Vec<u8>> {
    let file = |body: &str| {
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n{body}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
    };
    [
        "DTSTART;VALUE=DATE:20261225\r\nSUMMARY:Christmas\r\n  Day",
        "DTSTART:20261225\r\nDTEND:20261227\r\nSUMMARY:Noël\\, et après",
        "DTSTART;VALUE=DATE:20201126\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;UNTIL=20271231\r\nSUMMARY:Thanks",
        "DTSTART;VALUE=DATE:20250501\r\nRRULE:FREQ=YEARLY;INTERVAL=2;COUNT=3\r\nEXDATE;VALUE=DATE:20260501\r\nDURATION:P1W",
        "DTSTART;VALUE=DATE:20261225\r\nSUMMARY:A\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART;TZID=\"Europe/Berlin: x\":20261201T090000\r\nRRULE:FREQ=WEEKLY\r\nSUMMARY:Stand-up",
    ]
    .iter()
    .map(|body| file(body).into_bytes())
    .collect()
}

/// What is typed into fields.
pub fn typed() -> Vec<Vec<u8>> {
    all(&[
        "Fix login @\"Aiko Tanaka\" #auth !high ^2026-12-01 >Web \\@home",
        "^fri@15:00 Asia/Tokyo",
        "tomorrow 09:00 America/St_Johns",
        "2026-12-01T09:00:00+09:00",
        "2026-03-29T01:30:00[Europe/London]",
        "Mon-Fri 09:00-12:00,13:00-18:00; Sat 22:00-02:00",
        "daily 00:00-24:00",
        "09:00,13:00,16:00",
        "2026-12-24..2027-01-02",
        "2026-12-24T10:00Z..2026-12-24T12:00Z",
        "+3d",
        "+500w",
    ])
}

/// Addresses and ids.
pub fn link() -> Vec<Vec<u8>> {
    let blob = format!("tern-blob:{}?as=img/a%20b.png", "0f".repeat(32));
    let mut seeds = all(&[
        "tern:0123456789ABCDEFGHJKMNPQ",
        "tern:0123456789ABCDEFGHJKMNPQ~3?as=%5B%5BName%7C#part one",
        "0123456789abcdefghjkmnpq~4",
        "OIL0456789ABCDEFGHJKMNPQ",
        "7K3QX000",
    ]);
    seeds.push(blob.into_bytes());
    seeds
}

/// Markdown of every block and mark.
pub fn markdown() -> Vec<Vec<u8>> {
    all(&[
        "---\ntitle: \"A \\\"page\\\"\"\ntags: [a, b]\n---\n\n# Title\n\nWords with **strong**, _em_, ~~gone~~, `code`, [link](a.md \"t\") and ![alt](b.png).\n",
        "+++\ntitle = 'x'\n+++\n> quote\n>\n> - a\n>   1. b\n>      - [x] c\n\n- loose\n\n- list\n",
        "| a | b |\n| :-- | --: |\n| c \\| d | `e|f` |\n\n```rust\nfn main() {}\n```\n\n~~~\n```\n~~~\n\n---\n",
        "> [!NOTE]\n> callout\n\nText[^1] and $x^2$ and <kbd>k</kbd>.\n\n[^1]: note\n\n[ref]: https://a.example \"t\"\n\n[ref] [[Wiki|page]] <https://b.example>\n",
        "Setext\n===\n\na\\\nb  \nc\n\n<div>\n\n**html**\n\n</div>\n\n1) one\n2) two\n\n* * *\n&amp; &#35; \\* _a_b_ **a**b\n",
        "- [ ] [Task](tern-task:0123456789ABCDEFGHJKMNPQ)\n- <!-- c -->\n\n\t- tab\n\n    code by indent\n",
    ])
}

/// HTML as programs put it on the clipboard.
pub fn html() -> Vec<Vec<u8>> {
    all(&[
        "<!--StartFragment--><p>a <b>b</b> <i>c</i> <s>d</s> <code>e</code><br>f</p><!--EndFragment-->",
        "<ul><li>a<ul><li><input type=checkbox checked> b</ul><li>c</ul><ol start=3><li><p>x</p><p>y</p></ol>",
        "<table><thead><tr><th>a</th><th align=right>b</th></tr></thead><tr><td colspan=2><p>c|d</p></table><pre><code class='language-rust'>x\n</code></pre>",
        "<h1 style='font-weight:400'>T</h1><blockquote>q<hr>r</blockquote><a href='javascript:x()'>m</a><a href='https://a.example/?a=1&amp;b'>n</a><img src='https://a.example/i.png' alt='Boat'>",
        "<script>alert(1)</script><style>p{}</style><span style='font-style:italic;text-decoration:line-through'>s</span>&nbsp;&lt;&#x1F600;",
    ])
}

/// Tables of several tools.
pub fn table() -> Vec<Vec<u8>> {
    let linear = "\u{feff}\"ID\",\"Team\",\"Title\",\"Description\",\"Status\",\"Priority\",\"Labels\",\"Archived\",\"Due Date\",\"UUID\"\r\n\
        \"WEB-1\",\"Web\",\"Fix login\",\"One\r\n\r\ntwo \"\"three\"\"\",\"In Progress\",\"Urgent\",\"a, b\",\"\",\"2026-12-01\",\"u-1\"\r\n\
        \"WEB-2\",\"Web\",\"'=SUM(1)\",\"\",\"Triage\",\"No priority\",\"\",\"\",\"Mon Jan 05 2026 00:00:00 GMT+0000\",\"u-2\"\r\n";
    let jira = "Summary,Issue key,Issue id,Status,Labels,Labels,Comment,Due Date,Description\n\
        Fix,WEB-7,10007,QA,auth,web,one,11/May/24 03:26 PM,h2. No\n,WEB-8,10008,Done,,,,31/12/24,\n";
    let asana = "Task ID,Created At,Completed At,Name,Section/Column,Assignee,Due Date,Tags,Notes,Projects,Parent task\n\
        1,2026-01-01,2026-01-02,A,Later,ann@x.org,,\"x,y\",n,P,\n2,,,B,,,12.1.26,,,P,A\n";
    let other = "Tasks\n\nWhat;Title;Tags;Due;Estimate\n1;Rope;\"[\"\"a\"\",\"\"b\"\"]\";24/12/2026;2.0\n;Rope;;tomorrow;2.5\n";
    let wide = [0xfeff_u16]
        .into_iter()
        .chain("Title\tState\nDach\tdone\n".encode_utf16())
        .flat_map(u16::to_le_bytes);
    let mut all: Vec<Vec<u8>> = [linear, jira, asana, other].map(|text| text.as_bytes().to_vec()).into();
    all.push(wide.collect());
    all
}

/// Folders: path, content, zero byte.
pub fn import() -> Vec<Vec<u8>> {
    all(&[
        "a.md\n# A\n[b](b.md) ![i](img/i.png)\0b.md\n---\ntitle: B\n---\n[[A|x]] [[a#h]]\0img/i.png\nPNG",
        "notes/index.md\n# N\n[up](../readme.md)\0notes/sub/c.md\n- [c](./index.md)\n[x](../../../etc/passwd)\0readme.md\nhello",
        "../out.md\nx\0/abs.md\ny\0a/.git/config\nz\0A.MD\n# same\0a.md\n# same",
        "t.md\n---\nkind: task\nid: 0123456789ABCDEFGHJKMNPQ\ntitle: T\nstatus: doing\n---\nwords\0view.md\n---\nkind: page\n---\n",
    ])
}

/// Lines at the socket of a home.
pub fn door() -> Vec<Vec<u8>> {
    all(&[
        r#"{"Sync":{"timeout_ms":5000,"with":"tern1abc"}}"#,
        r#""LinkOffer""#,
        r#"{"LinkDecide":true}"#,
        r#"{"BlobAdd":"/tmp/x"}"#,
        r#"{"BlobGet":[[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32],"/tmp/x"]}"#,
        r#""Connected""#,
        r#""Done""#,
        r#"{"Ticket":"ternlink1abc"}"#,
        r#"{"Connected":[]}"#,
        r#"{"Failed":{"kind":"failed","happened":"a","safe":"b","next":"c"}}"#,
    ])
}

/// What is typed into search.
pub fn search() -> Vec<Vec<u8>> {
    all(&[
        "plan caf",
        "\"quoted words\" -re-entry",
        "東京",
        "wait* OR (plan AND NOT NEAR(cafe)) title:plan ^x {a b}",
        "\"open -\" '' ; DROP TABLE items; --",
        "a b c d e f g h i j k l m n o p q r s t u v w x y z",
    ])
}
