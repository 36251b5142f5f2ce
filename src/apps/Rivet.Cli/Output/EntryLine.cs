using Google.Protobuf;
using Rivet.Client;
using Rivet.Wire;

namespace Rivet.Cli;

/// <summary>A single entry in words: also edits, recalls and reactions, which a timeline folds into what they aim at.</summary>
internal static class EntryLine
{
    public static IEnumerable<string> Of(Entry entry, OpenedEntry opened, TimelineText text, Names names, Words words)
    {
        var who = names.Person(entry.AuthorPersonId);
        var content = opened.Content;
        if (opened.Seal is not (SealState.None or SealState.Opened))
        {
            return [words["entry.sealed", who, text.Closed(opened.Seal)]];
        }

        switch (content?.KindCase)
        {
            case Content.KindOneofCase.Edit:
                return [words["entry.edit", who, content.Edit.Target, Plain.Line(content.Edit.Body?.Text ?? "")]];
            case Content.KindOneofCase.Recall:
                return [words["entry.recall", who, content.Recall.Target]];
            case Content.KindOneofCase.Reaction:
                return [words[content.Reaction.Removed ? "entry.unreact" : "entry.react", who, Plain.Line(content.Reaction.Emoji), content.Reaction.Target]];
            default:
                var alone = new Timeline(default);
                var shown = entry.Clone();
                shown.Content = content?.ToByteString() ?? entry.Content;
                alone.Apply(shown);
                return alone.Items.SelectMany(text.Whole);
        }
    }
}
