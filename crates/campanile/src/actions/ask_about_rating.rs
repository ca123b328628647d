//! A team asks another why it rates as it does; a team explains its own rating.
//!
//! The question is in the inbox of the team that is asked and in a sealed mail to it, the answer
//! comes back the same way. A team without a usable key gets no mail, and finds it in its inbox.

use campanile_core::authz::{Action, Viewer};
use campanile_core::comparison::sheet::Field;
use campanile_core::model::limits::REMARK_CHARS_MAX;
use campanile_core::model::time::Timestamp;
use serde_json::json;

use super::own_mail::SealedMail;
use super::{Done, OwnMail, find_team, finish, member, own_team, seal_own_mail};
use crate::app::App;
use crate::app::advisories::groups::Why;
use crate::error::{Error, Result};
use crate::printable::printable;
use crate::store::advisories::questions::{self, Question};
use crate::store::advisories::{Name, Stored};
use crate::store::sealed;

/// Asks the team of an advisory why it rates as it does. Returns the identifier of the question.
///
/// # Errors
/// The viewer does not work on groups, there is no such advisory for it, it is of no other team, or
/// the same was asked and not answered yet.
pub async fn ask_about_rating(
    app: &App,
    by: &Viewer,
    advisory: Name<'_>,
    field: &str,
    words: &str,
) -> Result<String> {
    let team = own_team(by, Action::WorkOnGroups)?;
    let (field, words) = (column(field)?, written(words)?);
    let stored = app.find_advisory(by, advisory).await?;
    let number = app.advisory(by, Name::Row(&stored.id)).await?.newest.advisory.number;
    let handle = stored.team.as_deref().ok_or_else(|| {
        Error::invalid("nobody of this network issued it").hint("only teams can be asked")
    })?;
    let asked = find_team(&mut *app.db.read().await?, handle).await?;
    if asked.id == team.id {
        return Err(Error::conflict("it is of your own team").hint("explain it instead"));
    }
    let mine = questions::about(&mut *app.db.read().await?, by, &[&stored.id]).await?;
    let waits = |one: &Question| {
        one.asked_by.as_deref() == Some(&team.id)
            && one.field == field.name()
            && one.answered_at.is_none()
    };
    if mine.iter().any(waits) {
        return Err(Error::conflict("your team has asked this, and has no answer yet")
            .hint("the team that is asked sees it in its inbox"));
    }
    let asker = &team.handle;
    let text = format!(
        "{asker} asks about your advisory {}: why do you rate it as you do?\n\n\
         {}: {}\n\n{words}\n\n{}\n",
        printable(&number),
        field.title(),
        printable(&by.name),
        answer_at(app, &stored)
    );
    let subject = format!("{asker} asks about {}: {}", printable(&number), field.title());
    let mail = sealed_mail(app, &asked.id, &subject, &text).await?;
    let now = app.now();
    let new = Asking { stored: &stored, team_id: &asked.id, asked_by: Some(&team.id), field };
    let done = |id| Done { actor: member(by), action: "rating.ask", object: id, detail: json!({}) };
    let row = new.row(app, now, Some(&Why::of(by, words)), None)?;
    write(app, now, mail, done(&row.id), async |write| questions::insert(write, &row).await)
        .await?;
    Ok(row.id)
}

/// Answers a question about a rating of the viewer's team.
///
/// # Errors
/// The viewer does not work on groups, or no such question waits for its team.
pub async fn answer_question(app: &App, by: &Viewer, id: &str, words: &str) -> Result<()> {
    let team = own_team(by, Action::WorkOnGroups)?;
    let words = written(words)?;
    let found = questions::find(&mut *app.db.read().await?, by, id).await?;
    let waits = |one: &Question| one.team_id == team.id && one.answered_at.is_none();
    let none = || Error::not_found("no such question waits for your team");
    let asked = found.filter(waits).ok_or_else(none)?;
    let open = app.advisory(by, Name::Row(&asked.advisory_id)).await?;
    let number = printable(&open.newest.advisory.number).into_owned();
    let column = asked.field.parse::<Field>().map_or("", Field::title);
    let text = format!(
        "{} answers your question about {number}, {column}:\n\n{words}\n\n{}\n",
        team.handle,
        answer_at(app, &open.stored)
    );
    let subject = format!("{} answers about {number}: {column}", team.handle);
    let asker = asked.asked_by.as_deref().unwrap_or_default();
    let mail = sealed_mail(app, asker, &subject, &text).await?;
    let now = app.now();
    let answer = app.vault.seal_json(sealed::RATING_ANSWER, id, &Why::of(by, words))?;
    let done = Done { actor: member(by), action: "rating.answer", object: id, detail: json!({}) };
    write(app, now, mail, done, async |write| {
        match questions::answer(write, id, &answer, now).await? {
            true => Ok(()),
            false => Err(none()),
        }
    })
    .await
}

/// Says why the viewer's team rates an advisory of its own as it does, without being asked.
///
/// # Errors
/// The viewer does not work on groups, or it is no advisory of its team.
pub async fn explain_rating(
    app: &App,
    by: &Viewer,
    advisory: Name<'_>,
    field: &str,
    words: &str,
) -> Result<()> {
    let team = own_team(by, Action::WorkOnGroups)?;
    let (field, words) = (column(field)?, written(words)?);
    let stored = app.find_advisory(by, advisory).await?;
    let own = stored.team.as_deref() == Some(team.handle.as_str());
    if !own {
        return Err(Error::denied("it is of another team").hint("ask it instead"));
    }
    let now = app.now();
    let new = Asking { stored: &stored, team_id: &team.id, asked_by: None, field };
    let row = new.row(app, now, None, Some(&Why::of(by, words)))?;
    let done =
        Done { actor: member(by), action: "rating.explain", object: &row.id, detail: json!({}) };
    write(app, now, None, done, async |write| questions::insert(write, &row).await).await
}

/// What is written about which rating.
struct Asking<'a> {
    stored: &'a Stored,
    team_id: &'a str,
    asked_by: Option<&'a str>,
    field: Field,
}

impl Asking<'_> {
    fn row(
        &self,
        app: &App,
        now: Timestamp,
        question: Option<&Why>,
        answer: Option<&Why>,
    ) -> Result<Question> {
        let id = app.new_id(now);
        let seal = |place, why: Option<&Why>| {
            why.map(|why| app.vault.seal_json(place, &id, why)).transpose()
        };
        Ok(Question {
            question: seal(sealed::RATING_QUESTION, question)?,
            answer: seal(sealed::RATING_ANSWER, answer)?,
            answered_at: answer.map(|_| now.micros()),
            advisory_id: self.stored.id.clone(),
            team_id: self.team_id.to_owned(),
            team: String::new(),
            asked_by: self.asked_by.map(str::to_owned),
            asker: None,
            field: self.field.name().to_owned(),
            asked_at: now.micros(),
            id,
        })
    }
}

fn column(name: &str) -> Result<Field> {
    name.parse().map_err(|_| {
        let known: Vec<_> = Field::ALL.iter().map(|field| field.name()).collect();
        Error::invalid("no column of the comparison was chosen").hint(known.join(", "))
    })
}

fn written(words: &str) -> Result<&str> {
    let words = words.trim();
    if words.is_empty() {
        return Err(Error::invalid("there are no words").hint("one sentence will do"));
    }
    match words.chars().count() > REMARK_CHARS_MAX {
        true => Err(Error::too_large("that is too long")
            .hint(format!("{REMARK_CHARS_MAX} characters at most"))),
        false => Ok(words),
    }
}

fn answer_at(app: &App, stored: &Stored) -> String {
    format!("All of it: {}/groups/{}#questions", app.config.public_url(), stored.group_id)
}

async fn sealed_mail(
    app: &App,
    team_id: &str,
    subject: &str,
    text: &str,
) -> Result<Option<SealedMail>> {
    let attachments = &[];
    let mail = OwnMail { team_id, kind: "question", subject, text, attachments, list_id: None };
    seal_own_mail(app, &mail).await
}

/// One transaction: what is noted, the mail, the audit entry. The mail of what fails is forgotten.
async fn write(
    app: &App,
    now: Timestamp,
    mail: Option<SealedMail>,
    done: Done<'_>,
    note: impl AsyncFnOnce(&mut crate::store::Write) -> Result<()>,
) -> Result<()> {
    let written = async {
        let mut write = app.db.begin_write().await?;
        note(&mut write).await?;
        if let Some(mail) = &mail {
            mail.queue(&mut write, now).await?;
        }
        finish(&app.secret, write, now, done).await
    };
    match written.await {
        Ok(()) => app.queued.notify_waiters(),
        Err(error) => {
            mail.iter().for_each(|mail| mail.forget(app));
            return Err(error);
        }
    }
    Ok(())
}
