using System.Globalization;
using Google.Protobuf;
using Rivet.Wire;

namespace Rivet.Client.Slack;

/// <summary>Makes log entries of a channel's records, in order, and counts what became of each record.</summary>
internal sealed class EntryMaker(Roster roster, SlackPhrases phrases)
{
    private const int MaxAttachments = 20;
    private readonly ChannelLog log = new();

    /// <summary>The entries of a record; none when it is skipped.</summary>
    public List<ImportedEntry> Make(SlackRecord record, IReadOnlyList<CarriedFile> files, Tally tally)
    {
        var entries = new List<ImportedEntry>(1);
        switch (record.Kind)
        {
            case SlackRecordKind.Message:
                Message(record, files, entries, tally);
                break;
            case SlackRecordKind.Join:
                tally.Joins++;
                entries.Add(Member(record, left: false));
                break;
            case SlackRecordKind.Leave:
                tally.Leaves++;
                entries.Add(Member(record, left: true));
                break;
            case SlackRecordKind.Topic:
            case SlackRecordKind.Purpose:
            case SlackRecordKind.Renamed:
                Notice(record, entries, tally);
                break;
            case SlackRecordKind.Changed:
                Change(record, files, entries, tally);
                break;
            case SlackRecordKind.Deleted:
                Delete(record, entries, tally);
                break;
            default:
                tally.Skip(record.SkipReason!);
                break;
        }

        return entries;
    }

    private void Message(SlackRecord record, IReadOnlyList<CarriedFile> files, List<ImportedEntry> entries, Tally tally)
    {
        if (!Post(record, files, entries, tally))
        {
            tally.Skip("empty");
            return;
        }

        tally.Messages++;
    }

    /// <summary>A post with its further pieces and its reactions; false when there is nothing to say.</summary>
    private bool Post(SlackRecord record, IReadOnlyList<CarriedFile> files, List<ImportedEntry> entries, Tally tally)
    {
        var source = Words(record, files);
        var attachments = files.Where(file => file.Attachment is not null).Select(file => file.Attachment!).ToList();
        if (string.IsNullOrWhiteSpace(source) && attachments.Count == 0)
        {
            return false;
        }

        var id = log.NextId(record.Time);
        var thread = log.Find(record.Thread);
        var author = roster.IdOf(record.Author);
        log.Remember(record.Time, id, author, source);
        var pieces = MessageText.Read(source, roster.Find).Pieces().ToList();
        for (var index = 0; index == 0 || index < pieces.Count || index * MaxAttachments < attachments.Count; index++)
        {
            var post = PostOf(index < pieces.Count ? pieces[index] : null, record.Emote);
            post.EditedMs = record.Edited?.Milliseconds ?? 0;
            post.Attachments.Add(attachments.Skip(index * MaxAttachments).Take(MaxAttachments));
            entries.Add(Entry(record, PieceId(id, index), author, new Content { Post = post }, thread?.Id));
        }

        React(record, id, entries, tally);
        tally.Edited += record.Edited is null ? 0 : 1;
        tally.Replies += record.Thread is null ? 0 : 1;
        tally.RepliesWithoutThread += record.Thread is not null && thread is null ? 1 : 0;
        tally.Files += attachments.Count;
        tally.FilesMissing += files.Count - attachments.Count;
        return true;
    }

    private void React(SlackRecord record, string id, List<ImportedEntry> entries, Tally tally)
    {
        foreach (var reaction in record.Reactions)
        {
            var content = new Content { Reaction = new Reaction { Emoji = Emoji.OfReaction(reaction.Name) } };
            foreach (var user in reaction.Users)
            {
                entries.Add(Entry(record, $"{id}+{Emoji.OfReaction(reaction.Name)}+{user}", roster.IdOf(user), content, id));
            }

            tally.Reactions += reaction.Users.Count;
            tally.ReactionsWithoutPerson += (int)Math.Clamp(reaction.Count - reaction.Users.Count, 0, int.MaxValue);
        }
    }

    /// <summary>
    /// A change is an edit of the post it names. Where the post itself did not appear, it is made as it was before.
    /// Where the post already says the same, the change is known: an export without history holds the final text.
    /// </summary>
    private void Change(SlackRecord record, IReadOnlyList<CarriedFile> files, List<ImportedEntry> entries, Tally tally)
    {
        if (log.Find(record.Target) is null && record.Before is { } before && before.Time == record.Target)
        {
            Post(before, [], entries, tally);
        }

        if (log.Find(record.Target) is not { } target)
        {
            tally.Skip("message-unknown");
            return;
        }

        var source = Words(record, files);
        if (target.Says(source) && entries.Count == 0)
        {
            tally.Skip("already-in-text");
            return;
        }

        tally.Changes++;
        log.TextBecame(record.Target!.Value, source);
        var id = log.NextId(record.Time);
        var pieces = MessageText.Read(source, roster.Find).Pieces().ToList();
        var edit = new Edit { Body = new Body { Text = pieces[0].ToString() } };
        edit.Mentions.Add(pieces[0].Mentions);
        entries.Add(Entry(record, id, target.Author, new Content { Edit = edit }, target.Id));
        for (var index = 1; index < pieces.Count; index++)
        {
            entries.Add(Entry(
                record, PieceId(id, index), target.Author, new Content { Post = PostOf(pieces[index], record.Emote) }, target: null));
        }
    }

    private void Delete(SlackRecord record, List<ImportedEntry> entries, Tally tally)
    {
        if (log.Find(record.Target) is not { } target)
        {
            tally.Skip("message-unknown");
            return;
        }

        tally.Deletions++;
        entries.Add(Entry(record, log.NextId(record.Time), target.Author, new Content { Recall = new Recall() }, target.Id));
    }

    private ImportedEntry Member(SlackRecord record, bool left)
    {
        var person = roster.IdOf(record.Author);
        var content = new Content { Membership = new Membership { PersonId = person, Left = left } };
        return Entry(record, log.NextId(record.Time), person, content, target: null);
    }

    private void Notice(SlackRecord record, List<ImportedEntry> entries, Tally tally)
    {
        if (string.IsNullOrWhiteSpace(record.Text))
        {
            tally.Skip("empty");
            return;
        }

        tally.Notices++;
        var id = log.NextId(record.Time);
        var author = roster.IdOf(record.Author);
        if (record.Kind == SlackRecordKind.Renamed)
        {
            var titled = new Titled { Title = Conversations.Title(MessageText.Read(record.Text, roster.Find).ToString()) };
            entries.Add(Entry(record, id, author, new Content { Titled = titled }, target: null));
            return;
        }

        var phrase = record.Kind == SlackRecordKind.Topic ? phrases.Topic : phrases.Purpose;
        var text = MessageText.Read(string.Format(CultureInfo.InvariantCulture, phrase, record.Text), roster.Find);
        foreach (var (index, piece) in text.Pieces().Index())
        {
            entries.Add(Entry(record, PieceId(id, index), author, new Content { Post = PostOf(piece, emote: true) }, target: null));
        }
    }

    private string Words(SlackRecord record, IReadOnlyList<CarriedFile> files)
        => string.Join('\n', files.Where(file => file.Attachment is null).Select(file => file.Line!)
            .Prepend(record.Text).Where(line => line.Length > 0));

    private static Post PostOf(RichText? text, bool emote)
    {
        var post = new Post { Body = new Body { Text = text?.ToString() ?? "" }, Emote = emote };
        post.Mentions.Add(text?.Mentions ?? []);
        return post;
    }

    private static ImportedEntry Entry(SlackRecord record, string id, ByteString author, Content content, string? target) => new()
    {
        ExternalId = id,
        AuthorPersonId = author,
        OwnTimeMs = record.Time.Milliseconds,
        Content = content.ToByteString(),
        TargetExternalId = target ?? "",
    };

    private static string PieceId(string id, int index)
        => index == 0 ? id : string.Create(CultureInfo.InvariantCulture, $"{id}/{index + 1}");
}

/// <summary>A file of a record: attached with its bytes on the server, or a line that says why not.</summary>
internal sealed record CarriedFile(Attachment? Attachment, string? Line);
