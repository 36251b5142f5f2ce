namespace Rivet.Web.Chat;

/// <summary>Icons that only the chat uses: outlines of Material Symbols (Apache-2.0), like <c>Rivet.UiKit.Symbols</c>.</summary>
internal static class ChatSymbols
{
    /// <summary>A speech bubble.</summary>
    public const string Chat = "M80-80v-740q0-24 18-42t42-18h680q24 0 42 18t18 42v520q0 24-18 42t-42 18H240L80-80Zm134-220h606v-520H140v600l74-80Zm-74 0v-520 520Z";

    /// <summary>An arrow back.</summary>
    public const string Back = "m274-450 248 248-42 42-320-320 320-320 42 42-248 248h526v60H274Z";

    /// <summary>A plus.</summary>
    public const string Add = "M450-450H200v-60h250v-250h60v250h250v60H510v250h-60v-250Z";

    /// <summary>An arrow up: send.</summary>
    public const string Send = "M450-160v-526L202-438l-42-42 320-320 320 320-42 42-248-248v526h-60Z";

    /// <summary>A paper clip, drawn as a sheet with an arrow: attach.</summary>
    public const string Attach = "M460-160v-326l-94 94-42-42 166-166 166 166-42 42-94-94v326h-60ZM160-600v-140q0-24 18-42t42-18h520q24 0 42 18t18 42v140h-60v-140H220v140h-60Z";

    /// <summary>An arrow that turns: reply in a thread.</summary>
    public const string Reply = "M780-200v-170q0-54-38-92t-92-38H234l154 154-42 42-226-226 226-226 42 42-154 154h416q79 0 134.5 55.5T840-370v170h-60Z";

    /// <summary>An arrow down: to the newest.</summary>
    public const string Down = "M450-800v526L202-522l-42 42 320 320 320-320-42-42-248 248v-526h-60Z";

    /// <summary>Two ticks: read.</summary>
    public const string Seen = "M268-240 42-466l57-56 170 170 56 56-57 56Zm226 0L268-466l56-57 170 170 368-368 56 57-424 424Zm0-226-57-56 198-198 57 56-198 198Z";

    /// <summary>A pencil.</summary>
    public const string Edit = "M180-180h44l443-443-44-44-443 443v44Zm-60 60v-129l585-585 129 129-585 585H120Zm617-627-32-32 32 32Zm-92 102-22-22 44 44-22-22Z";
}
