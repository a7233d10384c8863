//! A command's text cut into words, as a shell does it: blanks divide, quotes and backslashes keep together.
//! There is no shell: no variables, no globs, no pipes.

/// A quote that is not closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unquoted(pub char);

/// Cuts text into words; `T` stands for holes, which are never cut: each is part of one word.
///
/// # Errors
/// A quote without its end.
pub fn split_words<T>(
    pieces: impl IntoIterator<Item = Result<String, T>>,
) -> Result<Vec<Vec<Result<String, T>>>, Unquoted> {
    let mut words: Vec<Vec<Result<String, T>>> = Vec::new();
    let (mut word, mut open): (Vec<Result<String, T>>, bool) = (Vec::new(), false);
    let mut quote: Option<char> = None;
    for piece in pieces {
        let text = match piece {
            Ok(text) => text,
            Err(hole) => {
                word.push(Err(hole));
                open = true;
                continue;
            }
        };
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match (quote, c) {
                (Some(q), c) if c == q => quote = None,
                (None, '\'' | '"') => {
                    quote = Some(c);
                    open = true;
                }
                (None, c) if c.is_whitespace() => {
                    if std::mem::take(&mut open) {
                        words.push(std::mem::take(&mut word));
                    }
                }
                // Between double quotes a backslash keeps its meaning only before `"` and itself.
                (Some('"'), '\\') => match chars.next() {
                    Some(next @ ('"' | '\\')) => add(&mut word, next),
                    Some(next) => {
                        add(&mut word, '\\');
                        add(&mut word, next);
                    }
                    None => add(&mut word, '\\'),
                },
                (None, '\\') => {
                    add(&mut word, chars.next().unwrap_or('\\'));
                    open = true;
                }
                (_, c) => {
                    add(&mut word, c);
                    open = true;
                }
            }
        }
    }
    if let Some(q) = quote {
        return Err(Unquoted(q));
    }
    if open {
        words.push(word);
    }
    Ok(words)
}

fn add<T>(word: &mut Vec<Result<String, T>>, c: char) {
    match word.last_mut() {
        Some(Ok(text)) => text.push(c),
        Some(Err(_)) | None => word.push(Ok(c.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Result<Vec<String>, Unquoted> {
        let cut = split_words::<()>([Ok(text.to_string())])?;
        let joined = cut.into_iter().map(|word| {
            let parts = word.into_iter().map(Result::unwrap);
            parts.collect::<String>()
        });
        Ok(joined.collect())
    }

    #[test]
    fn quotes_and_backslashes_keep_together() {
        let cut = words(r#" python3  'a b' "c \"d\" \n" e\ f "" x'y'z "#).unwrap();
        assert_eq!(cut, ["python3", "a b", "c \"d\" \\n", "e f", "", "xyz"]);
        assert_eq!(words("a 'b"), Err(Unquoted('\'')));
        assert_eq!(words("a; rm -rf $HOME `x` | y > z").unwrap().len(), 9);
    }

    #[test]
    fn holes_stay_whole() {
        let pieces = [
            Ok("run --in=".to_string()),
            Err(1),
            Ok(" '".to_string()),
            Err(2),
            Ok(" b'".to_string()),
        ];
        let cut = split_words(pieces).unwrap();
        assert_eq!(
            cut,
            [
                vec![Ok("run".to_string())],
                vec![Ok("--in=".to_string()), Err(1)],
                vec![Err(2), Ok(" b".to_string())],
            ]
        );
    }
}
