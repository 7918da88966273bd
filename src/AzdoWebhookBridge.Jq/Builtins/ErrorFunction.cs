namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary>The Gaussian error function: a power series near zero, a continued fraction in the tails.</summary>
internal static class ErrorFunction
{
    private const double SeriesLimit = 2.5;
    private const int FractionDepth = 120;

    public static double Erf(double x) => Math.Abs(x) < SeriesLimit ? Series(x) : x > 0 ? 1 - Tail(x) : Tail(-x) - 1;

    public static double Erfc(double x) => Math.Abs(x) < SeriesLimit ? (x > 0.5 ? Tail(x) : 1 - Series(x)) : x > 0 ? Tail(x) : 2 - Tail(-x);

    private static double Series(double x)
    {
        var term = x;
        var sum = x;
        for (var n = 1; Math.Abs(term) > Math.Abs(sum) * 1e-17; n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    /// <summary>The complement for positive arguments.</summary>
    private static double Tail(double x)
    {
        if (double.IsNaN(x) || x > 30)
        {
            return double.IsNaN(x) ? x : 0;
        }

        var fraction = x;
        for (var n = FractionDepth; n > 0; n--)
        {
            fraction = x + (n / 2d / fraction);
        }

        return Math.Exp(-x * x) / (Math.Sqrt(Math.PI) * fraction);
    }
}
