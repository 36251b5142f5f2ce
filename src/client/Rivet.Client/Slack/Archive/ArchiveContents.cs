using System.Text.RegularExpressions;
using Rivet.Kernel;

namespace Rivet.Client.Slack;

/// <summary>Who and which channels an archive holds.</summary>
internal sealed partial record ArchiveContents(
    string Source, IReadOnlyList<SlackPerson> People, IReadOnlyList<SlackChannel> Channels)
{
    public static Result<ArchiveContents, SlackDamage> Read(ArchiveEntries entries, SlackArchiveLimits limits, string[] lists)
    {
        const string users = "users.json";
        var root = entries.Names.Where(name => name == users || name.EndsWith("/" + users, StringComparison.Ordinal))
            .MinBy(name => name.Count(letter => letter == '/'));
        if (root is null)
        {
            return new SlackDamage(users, null, SlackDamageKind.PartMissing, "the archive holds no list of people");
        }

        root = root[..^users.Length];
        if (!List(entries, limits, root + users, RecordParser.Person).TryGet(out var people, out var damage))
        {
            return damage;
        }

        var days = DaysOf(entries.Names, root);
        var channels = new List<SlackChannel>();
        foreach (var list in lists.Where(list => entries.Names.Contains(root + list)))
        {
            var direct = list is "dms.json" or "mpims.json";
            if (!List(entries, limits, root + list, fields => Channel(fields, direct)).TryGet(out var found, out damage))
            {
                return damage;
            }

            foreach (var (channel, folder) in found)
            {
                var at = days.ContainsKey(folder) ? folder : channel.Id;
                channels.Add(channel with { Days = days.Remove(at, out var own) ? own : [] });
            }
        }

        if (channels.Count == 0 && days.Count == 0)
        {
            return new SlackDamage("channels.json", null, SlackDamageKind.PartMissing, "the archive holds no channel");
        }

        channels.AddRange(days.OrderBy(folder => folder.Key, StringComparer.Ordinal).Select(
            folder => new SlackChannel(ExternalId.Bounded($"folder:{folder.Key}"), folder.Key, [], IsDirect: false, folder.Value)));
        return new ArchiveContents(SourceOf(people), [.. people.Select(person => person.Person)], channels);
    }

    private static Result<List<T>, SlackDamage> List<T>(
        ArchiveEntries entries, SlackArchiveLimits limits, string name, Func<Fields, T> read)
    {
        if (!entries.Read(name, limits.JsonEntryBytes).TryGet(out var json, out var damage))
        {
            return damage;
        }

        var items = new List<T>();
        var records = new JsonRecords(name, json, limits);
        while (true)
        {
            if (!records.Next().TryGet(out var element, out damage))
            {
                return damage;
            }

            if (element is null)
            {
                return items;
            }

            var fields = new Fields(element.Value);
            items.Add(read(fields));
            if (fields.Wrong is { } wrong)
            {
                return new SlackDamage(name, records.Index, SlackDamageKind.WrongType, wrong);
            }
        }
    }

    private static (SlackChannel Channel, string Folder) Channel(Fields fields, bool direct)
    {
        var id = fields.Id("id");
        var name = fields.Text("name") is { } given && !string.IsNullOrWhiteSpace(given) ? given : id;
        return (new SlackChannel(id, name, [.. fields.Texts("members").Select(ExternalId.Bounded)], direct, []), name);
    }

    private static Dictionary<string, List<string>> DaysOf(IEnumerable<string> names, string root)
    {
        var days = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var name in names.Where(name => name.StartsWith(root, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            if (Day().Match(name[root.Length..]) is { Success: true } day)
            {
                var folder = day.Groups[1].Value;
                (days.TryGetValue(folder, out var list) ? list : days[folder] = []).Add(name);
            }
        }

        return days;
    }

    /// <summary>The team most people belong to; people of other companies appear in shared channels.</summary>
    private static string SourceOf(List<(SlackPerson Person, string? Team)> people)
        => ExternalId.Bounded("slack:" + (people.Where(person => !string.IsNullOrEmpty(person.Team))
            .GroupBy(person => person.Team).OrderByDescending(team => team.Count()).ThenBy(team => team.Key, StringComparer.Ordinal)
            .FirstOrDefault()?.Key ?? "unknown"));

    [GeneratedRegex(@"^([^/]+)/[0-9]{4}-[0-9]{2}-[0-9]{2}\.json$", RegexOptions.NonBacktracking)]
    private static partial Regex Day();
}
