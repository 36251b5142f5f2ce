using System.Text.Json;
using Rivet.Kernel;

namespace Rivet.Client.Slack;

/// <summary>Reads a record of a day file: what kind it is and what it carries. Unknown kinds are messages.</summary>
internal static class RecordParser
{
    public static Result<SlackRecord, SlackDamage> Parse(string entry, int index, int bytes, JsonElement element)
    {
        var fields = new Fields(element);
        var record = Read(entry, index, fields);
        return fields.Wrong is { } wrong ? new SlackDamage(entry, index, SlackDamageKind.WrongType, wrong) : record with { Bytes = bytes };
    }

    public static (SlackPerson Person, string? Team) Person(Fields fields)
    {
        var id = fields.Id("id");
        var handle = fields.Text("name");
        var profile = fields.Object("profile");
        string?[] names =
        [
            profile?.Text("real_name"), fields.Text("real_name"), profile?.Text("display_name"), handle, id,
        ];
        fields.Inherit(profile);
        var name = names.First(candidate => !string.IsNullOrWhiteSpace(candidate))!.Trim();
        return (new SlackPerson(id, string.IsNullOrWhiteSpace(handle) ? id : handle.Trim(), name), fields.Text("team_id"));
    }

    private static SlackRecord Read(string entry, int index, Fields fields)
    {
        var type = fields.Text("type") ?? "message";
        var subtype = fields.Text("subtype");
        if (type != "message" || subtype == "message_replied")
        {
            return new SlackRecord
            {
                Entry = entry,
                Index = index,
                Kind = SlackRecordKind.Skipped,
                SkipReason = type != "message" ? "not-a-message" : "thread-marker",
            };
        }

        var record = subtype is "message_changed" or "message_deleted"
            ? Change(entry, index, fields, subtype)
            : Message(entry, index, fields, subtype);
        if (record.Time == default)
        {
            fields.RequiredText("ts");
        }

        return record;
    }

    private static SlackRecord Change(string entry, int index, Fields fields, string subtype)
    {
        var after = fields.Object("message");
        var before = fields.Object("previous_message") ?? fields.Object("original");
        var now = after is null ? null : Message(entry, index, after, subtype: null);
        var then = before is null ? null : Message(entry, index, before, subtype: null);
        fields.Inherit(after);
        fields.Inherit(before);
        var deleted = subtype == "message_deleted";
        var target = deleted ? fields.Time("deleted_ts") ?? then?.Time : now?.Time;
        if (!deleted && now is null)
        {
            _ = fields.RequiredText("message");
        }

        return new SlackRecord
        {
            Entry = entry,
            Index = index,
            Kind = deleted ? SlackRecordKind.Deleted : SlackRecordKind.Changed,
            Time = fields.Time("ts") ?? default,
            Author = (deleted ? then : now)?.Author ?? AuthorOf(fields).Key,
            AuthorName = (deleted ? then : now)?.AuthorName,
            Text = now?.Text ?? "",
            Target = target,
            Before = then,
            Files = now?.Files ?? [],
            Thread = now?.Thread,
            Emote = now?.Emote ?? false,
        };
    }

    private static SlackRecord Message(string entry, int index, Fields fields, string? subtype)
    {
        subtype ??= fields.Text("subtype");
        var kind = KindOf(subtype);
        var author = AuthorOf(fields);
        var time = fields.Time("ts") ?? default;
        var edited = fields.Object("edited");
        var record = new SlackRecord
        {
            Entry = entry,
            Index = index,
            Kind = kind,
            Time = time,
            Author = author.Key,
            AuthorName = author.Name,
            Emote = subtype == "me_message",
            Text = kind switch
            {
                SlackRecordKind.Topic => fields.Text("topic") ?? fields.Text("text") ?? "",
                SlackRecordKind.Purpose => fields.Text("purpose") ?? fields.Text("text") ?? "",
                SlackRecordKind.Renamed => fields.Text("name") ?? fields.Text("text") ?? "",
                _ => MessageWords.Of(fields),
            },
            Thread = fields.Time("thread_ts") is { } thread && thread != time ? thread : null,
            Edited = edited?.Time("ts"),
            Reactions = fields.Objects("reactions", Reaction),
            Files = [.. fields.Objects("files", File).Where(file => file is not null).Select(file => file!)],
        };
        fields.Inherit(edited);
        return record;
    }

    private static SlackRecordKind KindOf(string? subtype) => subtype switch
    {
        "channel_join" or "group_join" or "mpim_join" => SlackRecordKind.Join,
        "channel_leave" or "group_leave" or "mpim_leave" => SlackRecordKind.Leave,
        "channel_topic" or "group_topic" => SlackRecordKind.Topic,
        "channel_purpose" or "group_purpose" => SlackRecordKind.Purpose,
        "channel_name" or "group_name" => SlackRecordKind.Renamed,
        _ => SlackRecordKind.Message,
    };

    private static (string? Key, string? Name) AuthorOf(Fields fields)
    {
        var profile = fields.Object("user_profile");
        var bot = fields.Object("bot_profile");
        var name = fields.Text("username") ?? profile?.Text("real_name") ?? bot?.Text("name");
        fields.Inherit(profile);
        fields.Inherit(bot);
        if (fields.Text("user") is { Length: > 0 } user)
        {
            return (ExternalId.Bounded(user), name);
        }

        if (fields.Text("bot_id") is { Length: > 0 } id)
        {
            return (ExternalId.Bounded($"bot:{id}"), name);
        }

        return string.IsNullOrWhiteSpace(name) ? (null, null) : (ExternalId.Bounded($"name:{name}"), name);
    }

    private static SlackReaction Reaction(Fields fields)
    {
        var users = fields.Texts("users").Where(user => user.Length > 0).Select(ExternalId.Bounded).Distinct(StringComparer.Ordinal).ToList();
        return new SlackReaction(fields.RequiredText("name"), users, Math.Max(fields.Number("count"), users.Count));
    }

    private static SlackFile? File(Fields fields)
    {
        var mode = fields.Text("mode");
        if (fields.Text("id") is not { Length: > 0 } id)
        {
            return null;
        }

        var state = mode is "tombstone" or "hidden_by_limit" ? SlackFileState.Deleted : SlackFileState.Present;
        var name = fields.Text("name") ?? fields.Text("title");
        return new SlackFile(
            id, string.IsNullOrWhiteSpace(name) ? id : name, fields.Text("mimetype") ?? "", fields.Number("size"), state);
    }
}
