namespace Rivet.Client.Slack;

/// <summary>Counts on their way into a report. A batch's own are added when the server has stored it.</summary>
internal sealed class Tally
{
    private readonly SortedDictionary<string, int> skipped = new(StringComparer.Ordinal);

    public int Messages;
    public int Joins;
    public int Leaves;
    public int Notices;
    public int Changes;
    public int Deletions;
    public int Replies;
    public int RepliesWithoutThread;
    public int Edited;
    public int Reactions;
    public int ReactionsWithoutPerson;
    public int Files;
    public int FilesMissing;
    public int People;
    public int PeopleAdded;
    public int Channels;
    public int ChannelsAdded;
    public long EntriesAdded;
    public long EntriesExisted;
    public long Bytes;

    public int Records => Messages + Joins + Leaves + Notices + Changes + Deletions + skipped.Values.Sum();

    public void Skip(string reason) => skipped[reason] = skipped.GetValueOrDefault(reason) + 1;

    public void Add(Tally other)
    {
        Messages += other.Messages;
        Joins += other.Joins;
        Leaves += other.Leaves;
        Notices += other.Notices;
        Changes += other.Changes;
        Deletions += other.Deletions;
        Replies += other.Replies;
        RepliesWithoutThread += other.RepliesWithoutThread;
        Edited += other.Edited;
        Reactions += other.Reactions;
        ReactionsWithoutPerson += other.ReactionsWithoutPerson;
        Files += other.Files;
        FilesMissing += other.FilesMissing;
        People += other.People;
        PeopleAdded += other.PeopleAdded;
        Channels += other.Channels;
        ChannelsAdded += other.ChannelsAdded;
        EntriesAdded += other.EntriesAdded;
        EntriesExisted += other.EntriesExisted;
        Bytes += other.Bytes;
        foreach (var (reason, count) in other.skipped)
        {
            skipped[reason] = skipped.GetValueOrDefault(reason) + count;
        }
    }

    public SlackImportReport ToReport() => new()
    {
        Messages = Messages,
        Joins = Joins,
        Leaves = Leaves,
        Notices = Notices,
        Changes = Changes,
        Deletions = Deletions,
        Skipped = new SortedDictionary<string, int>(skipped, StringComparer.Ordinal),
        Replies = Replies,
        RepliesWithoutThread = RepliesWithoutThread,
        Edited = Edited,
        Reactions = Reactions,
        ReactionsWithoutPerson = ReactionsWithoutPerson,
        Files = Files,
        FilesMissing = FilesMissing,
        People = People,
        PeopleAdded = PeopleAdded,
        Channels = Channels,
        ChannelsAdded = ChannelsAdded,
        EntriesAdded = EntriesAdded,
        EntriesExisted = EntriesExisted,
    };
}
