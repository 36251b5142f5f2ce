using System.Buffers;
using System.Text;
using Markdig;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Rivet.Wire;

namespace Rivet.Web.Messages;

/// <summary>
/// A message's text as elements: emphasis, code, quotes, lists, links. No markup of the author ever becomes markup of
/// the page: what Markdig reads is put into the render tree element by element, HTML stays text, a picture is a link.
/// </summary>
public sealed class MessageBody : ComponentBase
{
    private const int MostParsed = 20_000;
    private const int Deepest = 12;

    // Of the pipeline below: emphasis, code, links, entities, lines, tables, quotes, escapes, addresses.
    private static readonly SearchValues<char> Meaning = SearchValues.Create("*_`~[]()<>&\\|#\n\r\t:=+@-");

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .DisableHtml()
        .DisableHeadings()
        .UseEmphasisExtras(EmphasisExtraOptions.Strikethrough)
        .UseAutoLinks()
        .UseSoftlineBreakAsHardlineBreak()
        .Build();

    /// <summary>What was written.</summary>
    [Parameter, EditorRequired]
    public string Text { get; set; } = "";

    /// <summary>Who is mentioned where.</summary>
    [Parameter]
    public IReadOnlyList<Mention> Mentions { get; set; } = [];

    /// <inheritdoc/>
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var mentioned = MentionedTexts();
        if (Text.Length > MostParsed || IsPlain(Text) || !TryParse(out var document))
        {
            builder.OpenElement(0, "p");
            AddText(builder, Text, mentioned);
            builder.CloseElement();
            return;
        }

        foreach (var block in document)
        {
            AddBlock(builder, block, mentioned, 0);
        }
    }

    /// <summary>Whether a text is one paragraph in which nothing can mean anything but itself, as most of what people say.</summary>
    private static bool IsPlain(string text)
        => text.Length > 0 && char.IsLetter(text[0]) && !text.AsSpan().ContainsAny(Meaning) && !text.Contains("www.", StringComparison.OrdinalIgnoreCase);

    private bool TryParse(out MarkdownDocument document)
    {
        try
        {
            document = Markdown.Parse(Text, Pipeline);
            return true;
        }
        catch (ArgumentException)
        {
            // Markdig refuses what is nested too deeply: it is shown as it was written.
            document = [];
            return false;
        }
    }

    /// <summary>The texts of the mentions: what the page marks wherever it stands as a word of its own.</summary>
    private HashSet<string> MentionedTexts()
    {
        if (Mentions.Count == 0)
        {
            return [];
        }

        var utf8 = Encoding.UTF8.GetBytes(Text);
        return [.. Mentions
            .Where(mention => mention.Length is > 1 and < 200 && (ulong)mention.Offset + mention.Length <= (ulong)utf8.Length)
            .Select(mention => Encoding.UTF8.GetString(utf8, (int)mention.Offset, (int)mention.Length))
            .Where(text => text[0] == '@')];
    }

    private static void AddBlock(RenderTreeBuilder builder, Block block, HashSet<string> mentioned, int depth)
    {
        if (depth > Deepest)
        {
            return;
        }

        switch (block)
        {
            case CodeBlock code:
                builder.OpenElement(1, "pre");
                builder.OpenElement(2, "code");
                builder.AddContent(3, code.Lines.ToString());
                builder.CloseElement();
                builder.CloseElement();
                break;
            case QuoteBlock quote:
                Within(builder, "blockquote", quote, mentioned, depth);
                break;
            case ListBlock list:
                Within(builder, list.IsOrdered ? "ol" : "ul", list, mentioned, depth);
                break;
            case ListItemBlock item:
                Within(builder, "li", item, mentioned, depth);
                break;
            case LeafBlock { Inline: { } inline }:
                builder.OpenElement(4, "p");
                AddInlines(builder, inline, mentioned, 0);
                builder.CloseElement();
                break;
            case ThematicBreakBlock:
                builder.OpenElement(5, "hr");
                builder.CloseElement();
                break;
            default:
                break;
        }
    }

    private static void Within(RenderTreeBuilder builder, string element, ContainerBlock blocks, HashSet<string> mentioned, int depth)
    {
        builder.OpenElement(6, element);
        foreach (var block in blocks)
        {
            AddBlock(builder, block, mentioned, depth + 1);
        }

        builder.CloseElement();
    }

    private static void AddInlines(RenderTreeBuilder builder, ContainerInline inlines, HashSet<string> mentioned, int depth)
    {
        foreach (var inline in inlines)
        {
            switch (inline)
            {
                case LiteralInline literal:
                    AddText(builder, literal.Content.ToString(), mentioned);
                    break;
                case CodeInline code:
                    builder.OpenElement(7, "code");
                    builder.AddContent(8, code.Content);
                    builder.CloseElement();
                    break;
                case LineBreakInline:
                    builder.OpenElement(9, "br");
                    builder.CloseElement();
                    break;
                case AutolinkInline auto:
                    AddLink(builder, auto.IsEmail ? $"mailto:{auto.Url}" : auto.Url, inner => inner.AddContent(10, auto.Url), auto.Url);
                    break;
                case LinkInline link when depth <= Deepest:
                    AddLink(builder, link.Url ?? "", inner => AddInlines(inner, link, mentioned, depth + 1), WordsOf(link));
                    break;
                case EmphasisInline emphasis when depth <= Deepest:
                    builder.OpenElement(11, emphasis.DelimiterChar == '~' ? "s" : emphasis.DelimiterCount > 1 ? "strong" : "em");
                    AddInlines(builder, emphasis, mentioned, depth + 1);
                    builder.CloseElement();
                    break;
                case ContainerInline other when depth <= Deepest:
                    AddInlines(builder, other, mentioned, depth + 1);
                    break;
                case HtmlEntityInline entity:
                    builder.AddContent(12, entity.Transcoded.ToString());
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Only what leads to a page or a mailbox is a link, and where its words name another host, the true one stands behind them.</summary>
    private static void AddLink(RenderTreeBuilder builder, string url, RenderFragment words, string said)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https" or "mailto"))
        {
            builder.AddContent(13, words);
            return;
        }

        builder.OpenElement(14, "a");
        builder.AddAttribute(15, "href", address.AbsoluteUri);
        builder.AddAttribute(16, "target", "_blank");
        builder.AddAttribute(17, "rel", "noopener noreferrer nofollow");
        builder.AddContent(18, words);
        builder.CloseElement();
        if (!said.Contains(address.IdnHost, StringComparison.OrdinalIgnoreCase) && address.Scheme is not "mailto")
        {
            builder.OpenElement(19, "span");
            builder.AddAttribute(20, "class", "ch-host");
            builder.AddContent(21, $" ({address.IdnHost})");
            builder.CloseElement();
        }
    }

    private static string WordsOf(ContainerInline link)
        => string.Concat(link.Descendants<LiteralInline>().Select(literal => literal.Content.ToString()));

    private static void AddText(RenderTreeBuilder builder, string text, HashSet<string> mentioned)
    {
        if (mentioned.Count > 0)
        {
            foreach (var mention in mentioned)
            {
                if (text.IndexOf(mention, StringComparison.Ordinal) is >= 0 and var at)
                {
                    AddText(builder, text[..at], mentioned);
                    builder.OpenElement(22, "span");
                    builder.AddAttribute(23, "class", "ch-mention");
                    builder.AddContent(24, mention);
                    builder.CloseElement();
                    AddText(builder, text[(at + mention.Length)..], mentioned);
                    return;
                }
            }
        }

        builder.AddContent(25, text);
    }
}
